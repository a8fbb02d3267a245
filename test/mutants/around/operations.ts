/**
 * Seeded bugs around the collector: an exception strikes between two states, a misuse spins, a
 * goroutine starves.
 */
import type { Mutant } from '../mutant.ts'

export const operationMutants: readonly Mutant[] = [
  {
    name: 'select-parks-before-its-records',
    what: 'A select that finds no wait record throws after its goroutine has been parked.',
    origin: '',
    edits: [
      {
        file: 'scheduler/select.ts',
        from: '    this.makeRecords()\n    for (let ticket = this.p.park(gWords.WAIT_SELECT, 0); ; ticket = this.p.ticket) {\n',
        to: '    let ticket = this.p.park(gWords.WAIT_SELECT, 0)\n    this.makeRecords()\n    for (; ; ticket = this.p.ticket) {\n',
      },
    ],
  },
  {
    name: 'select-loses-records',
    what: 'A select that finds too few wait records does not give back those that it took.',
    origin: 'golang/go#9110',
    edits: [
      {
        file: 'scheduler/select.ts',
        from: '    } catch (error) {\n      this.releaseRecords()\n',
        to: '    } catch (error) {\n',
      },
    ],
  },
  {
    name: 'go-probes-once-it-has-started',
    what: 'A stack overflow strikes in go after the goroutine has started.',
    origin: 'this project',
    edits: [
      {
        file: 'runtime/program/task.ts',
        from: '  if (isPolled) p.world.safepoint()\n',
        to: '  if (isPolled) {\n    probeStackDeep()\n    p.world.safepoint()\n  }\n',
      },
      {
        file: 'runtime/program/task.ts',
        from: '  if (isPolled) probeStackDeep()\n  else probeStackForLock()\n',
        to: '  probeStackForLock()\n',
      },
    ],
  },
  {
    name: 'operation-parks-its-goroutine',
    what: 'An operation parks its goroutine by itself, so a goroutine that steps it outside of yield* runs on while it waits.',
    origin: '',
    edits: [
      {
        file: 'scheduler/operation.ts',
        from: '    return this.handOver(PARKS, PARKED_STEP)',
        to: '    this.parkOrFinish()\n    return this.handOver(PARKS, PARKED_STEP)',
      },
    ],
  },
  {
    name: 'stepped-outside-unnoticed',
    what: 'An operation that is stepped again outside of yield* says once more that it waits.',
    origin: '',
    edits: [
      {
        file: 'scheduler/operation.ts',
        from: 'if (this.state !== IS_READY && this.state !== HAS_TURN) throw this.steppedOutside()',
        to: 'if (this.state !== IS_READY && this.state !== HAS_TURN) return PARKED_STEP',
      },
    ],
  },
  {
    name: 'hand-over-forgotten',
    what: 'A goroutine that runs on after an operation has handed it over may end, or wait in another operation.',
    origin: '',
    edits: [
      {
        file: 'scheduler/p.ts',
        from: 'if (handedOver !== null) throw handedOver.steppedOutside()',
        to: '',
      },
    ],
  },
  {
    name: 'given-up-keeps-references',
    what: 'An operation that is given up leaves its references on the shadow stack.',
    origin: '',
    edits: [
      {
        file: 'scheduler/operation.ts',
        from: 'if (stack.top === end) stack.top = begin',
        to: 'if (stack.top === end && this.state === FRESH) stack.top = begin',
      },
    ],
  },
  {
    name: 'stop-running-spins',
    what: 'A goroutine that does not run is asked to stop running, in an endless loop.',
    origin: '',
    edits: [
      {
        file: 'scheduler/goroutines.ts',
        from: 'if (found !== (gWords.G_RUNNING | gWords.G_SCAN_WANTED))',
        to: 'if (found === gWords.G_FREE)',
      },
    ],
  },
  {
    name: 'woken-waits-for-all',
    what: 'A goroutine that is woken waits for a turn of every other one.',
    origin: 'gopherjs/gopherjs#1078',
    edits: [
      {
        file: 'scheduler/turns.ts',
        from: 'if (!isChain || now() - this.wokenSince < SLICE_MS) {',
        to: 'if (isChain && now() < this.wokenSince) {',
      },
    ],
  },
  {
    name: 'stuck-ring-left-alone',
    what: 'A P that is never idle takes nothing from the ring of one that is stuck.',
    origin: 'golang/go#13546',
    edits: [
      {
        file: 'scheduler/turns.ts',
        from: 'return this.queues.global.take() || this.stealing.takeStuck()',
        to: 'return this.queues.global.take()',
      },
    ],
  },
]
