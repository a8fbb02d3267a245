/**
 * The seeded bugs: small ways to break the collector. Each takes away one protection or gets one
 * number wrong. The suite must catch every one (main.ts).
 *
 * A mutant replaces text, which must occur exactly once in its file. When a source changes, the
 * test of this catalogue names the mutants that no longer apply. A mutant that opens a race must
 * have a `step` or an atomic operation inside the race: no controlled schedule switches anywhere
 * else.
 *
 * `equivalents` lists bugs that no behaviour can show, each with the reason. Where two protections
 * guard the same thing, a mutant takes both away.
 */
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { isolationMutants } from './around/isolation.ts'
import { limitMutants } from './around/limits.ts'
import { operationMutants } from './around/operations.ts'
import type { Equivalent, Mutant } from './mutant.ts'

export type { Edit, Equivalent, Mutant } from './mutant.ts'

export const mutants: readonly Mutant[] = [
  // ————— the barrier
  {
    name: 'no-deletion-shade',
    what: 'The barrier does not shade the reference that a store overwrites.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/barrier.ts',
        from: '    meta[pair] = words[word]\n',
        to: '    meta[pair] = 0\n',
      },
    ],
  },
  {
    name: 'kept-unshaded',
    what: 'What a goroutine keeps while any P may scan its stack is not shaded.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/locals.ts',
        from: '    if (meta[BARRIER] === PUSHES) run.barrier.record(reference)\n    meta[shadow',
        to: '    meta[shadow',
      },
    ],
  },
  {
    name: 'local-unshaded',
    what: 'What a goroutine puts into a local while any P may scan its stack is not shaded.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/locals.ts',
        from: '  if (meta[BARRIER] === PUSHES) run.barrier.record(reference)\n  meta[slot',
        to: '  meta[slot',
      },
    ],
  },
  {
    name: 'push-unshaded',
    what: 'What the runtime pushes on a goroutine’s stack while any P may scan it is not shaded: arguments of a constructor that waits, operands of an operation that waits.',
    origin: '',
    edits: [
      {
        file: 'heap/shadow-stack.ts',
        from: '    this.barrier.shadePushed(reference)\n',
        to: '',
      },
    ],
  },
  {
    name: 'any-scans-and-no-push-shades',
    what: 'Any P scans a stack, and the barrier is turned on for stores only.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/roots.ts',
        from: 'control.SHADES_STORES : control.SHADES_PUSHES',
        to: 'control.SHADES_STORES : control.SHADES_STORES',
      },
    ],
  },
  {
    name: 'stack-moved-under-a-scan',
    what: 'A P that scans the stack of another does not ask whether the stack was freed meanwhile.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/remote-scan.ts',
        from: 'if (!compareAndSwap(meta, record + gWords.SEGMENTS_FREED, freed, freed)) continue',
        to: 'compareAndSwap(meta, record + gWords.SEGMENTS_FREED, freed, freed)',
      },
    ],
  },
  {
    name: 'stack-freed-before-it-is-counted',
    what: 'A stack that grows frees its old segment, and says so afterwards.',
    origin: '',
    edits: [
      {
        file: 'heap/shadow-stack.ts',
        from: '    add(this.meta, record + gWords.SEGMENTS_FREED, 1)\n    this.stacks.free(this.base, size)\n',
        to: '    this.stacks.free(this.base, size)\n    add(this.meta, record + gWords.SEGMENTS_FREED, 1)\n',
      },
    ],
  },
  {
    name: 'stack-counted-before-it-moves',
    what: 'A stack that grows says that its old segment is freed, and then where the new one is.',
    origin: '',
    edits: [
      {
        file: 'heap/shadow-stack.ts',
        from: '    store(this.meta, record + gWords.STACK, segment)\n    this.meta[record + gWords.STACK_SIZE] = size * 2\n    add(this.meta, record + gWords.SEGMENTS_FREED, 1)\n',
        to: '    add(this.meta, record + gWords.SEGMENTS_FREED, 1)\n    store(this.meta, record + gWords.STACK, segment)\n    this.meta[record + gWords.STACK_SIZE] = size * 2\n',
      },
    ],
  },
  {
    name: 'stack-named-before-it-is-copied',
    what: 'A stack that grows says where its new segment is, and then copies the references there.',
    origin: '',
    edits: [
      {
        file: 'heap/shadow-stack.ts',
        from: "    this.meta.copyWithin(segment, this.base, this.top)\n    step('stack/copied')\n    store(this.meta, record + gWords.STACK, segment)\n",
        to: "    store(this.meta, record + gWords.STACK, segment)\n    step('stack/copied')\n    this.meta.copyWithin(segment, this.base, this.top)\n",
      },
    ],
  },
  {
    name: 'stack-of-the-dead-uncounted',
    what: 'A goroutine that ends frees its stack without a word to a P that scans it.',
    origin: '',
    edits: [
      {
        file: 'scheduler/goroutines.ts',
        from: '    add(meta, record + gWords.SEGMENTS_FREED, 1)\n',
        to: '',
      },
    ],
  },
  {
    name: 'stack-scanned-in-part',
    what: 'A stack of more words than a piece is black after its first piece.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/remote-scan.ts',
        from: 'if (scanned >= used) break',
        to: 'if (scanned > 0 || used === 0) break',
      },
    ],
  },
  {
    name: 'no-insertion-shade',
    what: 'The barrier does not shade the reference that a store writes.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/barrier.ts',
        from: '    meta[pair] = words[word]\n    meta[pair + 1] = value\n',
        to: '    meta[pair] = words[word]\n    meta[pair + 1] = 0\n',
      },
    ],
  },
  {
    name: 'shade-after-store',
    what: 'An element is stored first and shaded afterwards, so the shade misses the old reference.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/array.ts',
        from: '    if (meta[WRITE_BARRIER] !== 0) barrier.writeShaded(heap, word, value)\n',
        to: '    heap[word] = value\n    if (meta[WRITE_BARRIER] !== 0) barrier.writeShaded(heap, word, value)\n',
      },
    ],
  },
  {
    name: 'room-made-after-the-exchange',
    what: 'An atomic store makes room for its pair after it has stored, so a stack overflow there leaves it unshaded.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/mark/barrier.ts',
        from: '    const pair = this.roomForPair()\n    if (this.isAtomic) {\n      const old = exchange(view, word, value)\n',
        to: '    const old = this.isAtomic ? exchange(view, word, value) : 0\n    const pair = this.roomForPair()\n    if (this.isAtomic) {\n',
      },
    ],
  },
  {
    name: 'atomic-store-unshaded',
    what: 'With the atomic barrier, what a store overwrites is not shaded.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/barrier.ts',
        from: '      meta[pair] = old\n',
        to: '      meta[pair] = old & 0\n',
      },
    ],
  },
  {
    name: 'stored-before-it-is-read',
    what: 'The plain barrier stores before it reads what it overwrites.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/barrier.ts',
        from: '    meta[pair] = words[word]\n',
        to: '    words[word] = value\n    meta[pair] = words[word]\n',
      },
    ],
  },
  {
    name: 'lost-mark-queued',
    what: 'With atomic marks, a marker that loses the race for an object queues it too.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/marker.ts',
        from: '      if (this.isAtomic && !this.wins(granule)) return\n',
        to: '      if (this.isAtomic) this.wins(granule)\n',
      },
    ],
  },
  {
    name: 'lost-mark-scanned',
    what: 'With atomic marks, a mark loop that loses the race for an object scans it too.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/marker.ts',
        from: '        if (isAtomic && !this.wins(granule)) continue\n',
        to: '        if (isAtomic) this.wins(granule)\n',
      },
    ],
  },
  {
    name: 'barrier-late',
    what: 'The mark begins before the barrier is on: instead of the setup stop, the first P that leaves a drain switches it on.',
    origin: '',
    edits: [
      { file: 'gc/cycle.ts', from: '    meta[control.WRITE_BARRIER] = roots.shades\n', to: '' },
      {
        file: 'gc/mark/drain.ts',
        from: '  countOff(): boolean {\n',
        to: '  countOff(): boolean {\n    this.memory.meta[control.WRITE_BARRIER] = this.memory.meta[control.BLACKEN_ENABLED]\n',
      },
    ],
  },
  {
    name: 'new-goroutine-unshaded',
    what: 'The arguments of a new goroutine go onto its stack without the barrier, though this cycle does not scan it.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/task.ts',
        from: 'collector.barrier.writeMeta(slot++, value)',
        to: 'void collector\n      meta[slot++] = value',
      },
    ],
  },
  {
    name: 'delivery-unshaded',
    what: 'A channel puts a reference on the stack of a waiting receiver without the barrier.',
    origin: '',
    edits: [
      {
        file: 'scheduler/channel.ts',
        from: 'collector.barrier.writeMeta(waiters.read(receiver, gWords.WAITER_SLOT), value)',
        to: '(void collector, (memory.meta[waiters.read(receiver, gWords.WAITER_SLOT)] = value))',
      },
    ],
  },
  {
    name: 'taken-from-sender-unshaded',
    what: 'A channel takes a reference from the stack of a waiting sender without shading it.',
    origin: '',
    edits: [
      {
        file: 'scheduler/channel.ts',
        from: 'collector.barrier.shade(value)',
        to: 'void collector',
      },
    ],
  },
  {
    name: 'channel-buffer-unshaded',
    what: 'A reference goes into and out of the buffer of a channel without the barrier.',
    origin: '',
    edits: [
      {
        file: 'scheduler/channel.ts',
        from: 'this.p.collector.barrier.write((elements >>> 2) + index, value)',
        to: 'heap[(elements >>> 2) + index] = value',
      },
    ],
  },

  // ————— allocation while marking
  {
    name: 'run-allocated-white',
    what: 'Slots taken while a cycle marks are white.',
    origin: '',
    edits: [
      {
        file: 'heap/cache.ts',
        from: 'const colour = marking ? span.BLACK : span.WHITE',
        to: 'const colour = span.WHITE',
      },
    ],
  },
  {
    name: 'large-allocated-white',
    what: 'A large object that is made while a cycle marks is white.',
    origin: '',
    edits: [
      {
        file: 'heap/cache.ts',
        from: 'marks[at >>> GRANULE_SHIFT] = marking ? span.BLACK : span.WHITE',
        to: 'marks[at >>> GRANULE_SHIFT] = span.WHITE',
      },
    ],
  },
  {
    name: 'caches-not-blackened',
    what: 'The setup stop leaves the free slots of cached spans white.',
    origin: '',
    edits: [
      { file: 'gc/cycle.ts', from: 'for (const cache of this.caches) cache.blacken()', to: '' },
    ],
  },
  {
    name: 'caches-not-flushed',
    what: 'Cached spans stay cached over the termination stop, so a P allocates in a span that the sweep sweeps.',
    origin: '',
    edits: [
      { file: 'gc/cycle.ts', from: 'for (const cache of this.caches) cache.flush()', to: '' },
    ],
  },
  {
    name: 'safepoint-before-return',
    what: 'There is a safepoint between finding a slot and returning it.',
    origin: '',
    edits: [
      {
        file: 'gc/allocator.ts',
        from: 'const at = cache.take(spanClass, slotBytes)\n      if (at !== 0) return at',
        to: 'const at = cache.take(spanClass, slotBytes)\n      if (at !== 0) {\n        this.collector.starter.poll()\n        return at\n      }',
      },
    ],
  },
  {
    name: 'safepoint-before-the-next-run',
    what: 'There is a safepoint between taking a slot of the next run and returning it.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/allocator.ts',
        from: 'if (cache.nextRun(spanClass)) return cache.take(spanClass, slotBytes)',
        to: 'if (cache.nextRun(spanClass)) {\n        const next = cache.take(spanClass, slotBytes)\n        this.collector.starter.poll()\n        return next\n      }',
      },
    ],
  },
  {
    name: 'safepoint-after-a-refill',
    what: 'There is a safepoint between taking a slot of a fresh span and returning it.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/allocator.ts',
        from: '      if (fresh !== 0) return fresh\n',
        to: '      if (fresh !== 0) {\n        this.collector.starter.poll()\n        return fresh\n      }\n',
      },
    ],
  },
  {
    name: 'gate-cycle-forgotten',
    what: 'A request that waited at the gate for a cycle, and finds no page, runs another one.',
    origin: '',
    edits: [
      { file: 'gc/allocator.ts', from: 'if (gate.finishWait()) starter', to: 'if (false) starter' },
    ],
  },
  {
    name: 'large-object-unrooted',
    what: 'A large object is on no stack while its allocation starts a cycle, which frees it.',
    origin: '',
    edits: [
      {
        file: 'gc/allocator.ts',
        from: '    this.collector.stack.push(at)\n',
        to: '    void at\n',
      },
      {
        file: 'gc/allocator.ts',
        from: '    this.collector.stack.top--\n    this.memory.meta[this.inFlightWord] = 0\n',
        to: '    this.memory.meta[this.inFlightWord] = 0\n',
      },
    ],
  },

  // ————— roots and stacks
  {
    name: 'roots-counted-early',
    what: 'The roots of a cycle are counted at the end of the cycle before, so goroutines born in between have no job.',
    origin: '',
    edits: [
      {
        file: 'gc/cycle.ts',
        from: '    roots.prepare()\n',
        to: '    if (meta[control.CYCLES] === 1) roots.prepare()\n',
      },
      {
        file: 'gc/cycle.ts',
        from: 'sweeper.startSweep()',
        to: 'sweeper.startSweep()\n    this.parts.roots.prepare()',
      },
    ],
  },
  {
    name: 'freed-stack-scanned',
    what: 'The stack of a goroutine whose record is free is scanned, though another goroutine may use that memory by then.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/roots.ts',
        from: 'if (status === gWords.G_FREE || status === gWords.G_DEAD) return 0',
        to: 'if (status === gWords.G_DEAD) return 0',
      },
    ],
  },
  {
    name: 'dead-stack-scanned',
    what: 'The stack of a goroutine that has just ended is scanned while its record is being released.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/roots.ts',
        from: 'if (status === gWords.G_FREE || status === gWords.G_DEAD) return 0',
        to: 'if (status === gWords.G_FREE) return 0',
      },
    ],
  },
  {
    name: 'scan-wanted-overwritten',
    what: 'A goroutine that stops running overwrites the mark that says that its stack must be scanned first.',
    origin: '',
    edits: [
      {
        file: 'scheduler/goroutines.ts',
        from: 'if (compareAndSwap(meta, word, gWords.G_RUNNING, status)) return true',
        to: 'if (compareAndSwap(meta, word, load(meta, word), status)) return true',
      },
    ],
  },
  {
    name: 'scan-bit-ignored',
    what: 'A goroutine begins to run while another P scans its stack.',
    origin: '',
    edits: [
      {
        file: 'scheduler/goroutines.ts',
        from: 'if (found === (gWords.G_RUNNABLE | gWords.G_SCAN)) wait(meta, statusWord, found)',
        to: 'if (found === (gWords.G_RUNNABLE | gWords.G_SCAN)) compareAndSwap(meta, statusWord, found, gWords.G_RUNNABLE)',
      },
    ],
  },
  {
    name: 'wanted-scan-uncounted',
    what: 'A scan that is left to another P is not counted in SCANS_WANTED, but is subtracted when it is done.',
    origin: '',
    edits: [{ file: 'gc/mark/roots.ts', from: '    add(meta, control.SCANS_WANTED, 1)\n', to: '' }],
  },
  {
    name: 'scan-forgotten-in-stop',
    what: 'The mark may end while a P drains, and the termination stop does not ask for stacks that are still wanted.',
    origin: '',
    edits: [
      { file: 'gc/mark/drain.ts', from: ' || load(meta, control.DRAINERS) > 0', to: '' },
      {
        file: 'gc/mark/drain.ts',
        from: 'return load(meta, control.SCANS_WANTED) === 0 && !this.isSharedWork',
        to: 'return !this.isSharedWork',
      },
      {
        file: 'gc/cycle.ts',
        from: ' || load(this.memory.meta, control.SCANS_WANTED) > 0',
        to: '',
      },
    ],
  },
  {
    name: 'grown-stack-one-short',
    what: 'A stack that moves to a larger segment leaves its last reference behind.',
    origin: '',
    edits: [
      {
        file: 'heap/shadow-stack.ts',
        from: 'copyWithin(segment, this.base, this.top)',
        to: 'copyWithin(segment, this.base, this.top - 1)',
      },
    ],
  },
  {
    name: 'grown-stack-at-old-place',
    what: 'A stack that has moved is scanned where it was.',
    origin: '',
    edits: [
      {
        file: 'heap/shadow-stack.ts',
        from: '    store(this.meta, record + gWords.STACK, segment)\n',
        to: '',
      },
    ],
  },

  // ————— marking
  {
    name: 'last-reference-unscanned',
    what: 'The last reference of an object is not followed.',
    origin: '',
    edits: [
      { file: 'gc/mark/marker.ts', from: 'index <= end; index++', to: 'index < end; index++' },
    ],
  },
  {
    name: 'oblet-one-short',
    what: 'The first piece of a large array ends one element early, and the second does not begin there.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/marker.ts',
        from: 'Math.min(array + OBLET_BYTES, end)',
        to: 'Math.min(array + OBLET_BYTES - 4, end)',
      },
    ],
  },
  {
    name: 'flagged-spans-forgotten',
    what: 'When a drain gets no work buffer, it leaves objects grey, and their flagged spans do not count as work.',
    origin: '',
    edits: [{ file: 'gc/mark/drain.ts', from: ' || load(meta, control.GREY_SPANS) !== 0', to: '' }],
  },
  {
    name: 'share-one-short',
    what: 'When half of a work buffer is shared, one object is in neither half.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/grey-queue.ts',
        from: 'this.meta[half + WORK_BUFFER_COUNT] = this.top - kept',
        to: 'this.meta[half + WORK_BUFFER_COUNT] = this.top - kept - 1',
      },
    ],
  },
  {
    name: 'work-buffer-looked-at-early',
    what: 'A P that takes a work buffer reads the head of the list before it has the lock.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/work-buffers.ts',
        from: 'lock(meta, control.WORK_LOCK)\n    try {\n      const buffer = meta[control.WORK_FULL] as WorkBuffer',
        to: 'const buffer = meta[control.WORK_FULL] as WorkBuffer\n    lock(meta, control.WORK_LOCK)\n    try {',
      },
    ],
  },
  {
    name: 'scan-work-counted-again',
    what: 'Scan work that was accounted for is not reset, so it counts again at the next step.',
    origin: '',
    edits: [{ file: 'gc/mark/drain.ts', from: '    marker.scanWork = 0\n', to: '' }],
  },

  // ————— termination
  {
    name: 'hidden-last-pointer',
    what: 'A P stops with grey objects in its own queue, where no other P looks.',
    origin: 'golang/go#11694',
    edits: [
      {
        file: 'gc/collector.ts',
        from: 'this.drain.account()\n    return this.queue.publish()',
        to: 'this.drain.account()\n    return false',
      },
    ],
  },
  {
    name: 'published-after-stopping',
    what: 'A P counts as stopped before it has published what it holds.',
    origin: '',
    edits: [
      {
        file: 'scheduler/standing.ts',
        from: '    if (this.collector.publish()) this.wakeForWork()\n    return activity',
        to: '    return activity',
      },
      {
        file: 'scheduler/standing.ts',
        from: '  private goOn(activity: number): void {\n',
        to: '  private goOn(activity: number): void {\n    this.collector.publish()\n',
      },
    ],
  },
  {
    name: 'asleep-on-grey-objects',
    what: 'A P goes to sleep, and so counts as stopped, with its barrier buffer and its queue as they are.',
    origin: '',
    edits: [
      {
        file: 'scheduler/sleeping.ts',
        from: 'if (this.collector.flush()) this.sleepers.wakeOne()\n    const wake',
        to: 'const wake',
      },
    ],
  },
  {
    name: 'flush-of-others-forgotten',
    what: 'The termination stop flushes only the barrier buffer of the P that acts.',
    origin: 'golang/go#27993',
    edits: [
      {
        file: 'gc/cycle.ts',
        from: 'for (const barrier of this.barriers) barrier.flush()',
        to: 'this.barriers[this.here.index].flush()',
      },
    ],
  },
  {
    name: 'not-asked-again-in-stop',
    what: 'The termination stop ends the mark without asking once more for work.',
    origin: 'golang/go#27993',
    edits: [
      {
        file: 'gc/cycle.ts',
        from: 'if (isWorkLeft) {',
        to: 'if (isWorkLeft && meta === undefined) {',
      },
    ],
  },
  {
    name: 'coordinator-looks-once',
    what: 'A coordinator that gives up does not look again after it has let others in.',
    origin: '',
    edits: [
      {
        file: 'gc/termination/coordinator.ts',
        from: '} while (marking.isQuiescent)',
        to: '} while (false)',
      },
    ],
  },
  {
    name: 'termination-epoch-late',
    what: 'The termination stop is raised on an epoch that was read after the hint.',
    origin: '',
    edits: [
      {
        file: 'gc/termination/coordinator.ts',
        from: 'if (!world.raise(epoch, STOP_TERMINATION)) return',
        to: 'if (!world.raise(Math.max(epoch, world.epoch()), STOP_TERMINATION)) return',
      },
    ],
  },
  {
    name: 'trigger-not-asked-again',
    what: 'A P that saw the trigger and then swept starts a cycle, though another P may have run one meanwhile.',
    origin: '',
    edits: [
      {
        file: 'gc/starter.ts',
        from: 'if (this.isHeapTriggered) this.here.world.raise(epoch, STOP_HEAP_CYCLE)',
        to: 'this.here.world.raise(epoch, STOP_HEAP_CYCLE)',
      },
    ],
  },

  {
    name: 'looks-before-leaving',
    what: 'A P that leaves a drain looks whether it is the last before it counts itself off, so of two Ps that leave at once neither ends the mark.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/drain.ts',
        from: 'return sub(this.memory.meta, control.DRAINERS, 1) === 1',
        to: 'const isLast = load(this.memory.meta, control.DRAINERS) === 1\n    sub(this.memory.meta, control.DRAINERS, 1)\n    return isLast',
      },
    ],
  },
  {
    name: 'served-without-a-look',
    what: 'The P that has served the last wanted scan does not look whether the mark is over.',
    origin: '',
    edits: [
      {
        file: 'gc/collector.ts',
        from: 'if (this.roots.serveWanted()) this.endOfMark.scanServed()',
        to: 'this.roots.serveWanted()',
      },
    ],
  },
  {
    name: 'helping-forgets-a-wanted-stack',
    what: 'The termination stop does not scan the wanted stack of P 0.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/roots.ts',
        from: 'for (let index = 0; index < layout.procs; index++) {\n      const goroutine = meta[this.memory.pWord(index, pWords.GOROUTINE)]',
        to: 'sub(meta, control.SCANS_WANTED, load(meta, control.SCANS_WANTED))\n    for (let index = 1; index < layout.procs; index++) {\n      const goroutine = meta[this.memory.pWord(index, pWords.GOROUTINE)]',
      },
    ],
  },
  {
    name: 'remainder-not-asked-again',
    what: 'After the termination stop has marked the remainder, it does not ask whether more is left.',
    origin: '',
    edits: [
      {
        file: 'gc/cycle.ts',
        from: 'drain.drainStopped(remainderBytes)\n    return this.isWorkLeft()',
        to: 'drain.drainStopped(remainderBytes)\n    return false',
      },
    ],
  },
  {
    name: 'helping-leaves-it-to-the-last',
    what: 'Under helping a P that takes memory does not look whether the mark is over. While the P that saw the end is off the CPU, the others take memory.',
    origin: 'golang/go#52433',
    edits: [
      {
        file: 'gc/termination/helping.ts',
        from: '    if (!this.marking.isOutOfWork) return false\n',
        to: '    return false\n',
      },
    ],
  },
  {
    name: 'aside-and-still-counted',
    what: 'Under helping a P that stands aside counts as draining until it is counted off, so no other P raises the stop in its place.',
    origin: 'this project, found by a review',
    edits: [
      {
        file: 'gc/mark/drain.ts',
        from: 'isDraining &&\n        load(meta, this.memory.pWord(index, pWords.STATUS)) === pWords.STATUS_RUNNING',
        to: 'isDraining',
      },
    ],
  },
  {
    name: 'gate-waits-for-a-wanted-stack',
    what: "A P that waits at the gate leaves a wanted stack to that stack's P, as a refill below the goal does.",
    origin: 'this project, found by measuring',
    edits: [
      {
        file: 'gc/termination/helping.ts',
        from: 'if (this.marking.isOutOfWork) this.help(this.lookBesideScans)',
        to: 'this.onRefill()',
      },
    ],
  },
  {
    name: 'nobody-acts-for-the-raiser',
    what: 'A P that goes on and finds a stop in which no P runs waits for the raiser to act.',
    origin: 'this project, found by a review',
    edits: [{ file: 'scheduler/stop.ts', from: 'if (!this.actIfLast(word)) wait(', to: 'wait(' }],
  },
  {
    name: 'helping-epoch-late',
    what: 'Under helping the stop is raised on an epoch that was read after the look.',
    origin: '',
    edits: [
      {
        file: 'scheduler/stop.ts',
        from: 'const epoch = this.epoch()\n    return isDue() && this.raiseAside(epoch, reason)',
        to: 'return isDue() && this.raiseAside(this.epoch(), reason)',
      },
    ],
  },

  // ————— stopping the world
  {
    name: 'acts-before-all-stopped',
    what: 'The stop is carried out while one P still runs.',
    origin: 'tinygo-org/tinygo#5107',
    edits: [
      { file: 'scheduler/stop.ts', from: 'runningOf(word) !== 0 ||', to: 'runningOf(word) > 1 ||' },
    ],
  },
  {
    name: 'resumes-before-all-stopped',
    what: 'A P that has stopped goes on while others have not stopped yet.',
    origin: 'tinygo-org/tinygo#5107',
    edits: [
      {
        file: 'scheduler/stop.ts',
        from: 'if (reasonOf(word) === 0) {',
        to: 'if (reasonOf(word) === 0 || ((word & CLAIMED) === 0 && runningOf(word) > 0)) {',
      },
    ],
  },
  {
    name: 'stop-claimed-twice',
    what: 'The claim of a stop is a plain store: its raiser and the last P to stop both act.',
    origin: '',
    edits: [
      {
        file: 'scheduler/stop.ts',
        from: 'if (!compareAndSwap(this.meta, STOP, word, word | CLAIMED)) return false',
        to: 'store(this.meta, STOP, word | CLAIMED)',
      },
    ],
  },
  {
    name: 'raiser-does-not-act',
    what: 'A P that raises a stop while no P runs leaves it to others to act.',
    origin: '',
    edits: [
      { file: 'scheduler/stop.ts', from: '      this.actIfLast(load(this.meta, STOP))\n', to: '' },
    ],
  },
  {
    name: 'stop-told-to-nobody',
    what: 'A stop is raised, and the Ps that run are not told.',
    origin: '',
    edits: [{ file: 'scheduler/stop.ts', from: '      this.tellAll()\n', to: '' }],
  },
  {
    name: 'restart-wakes-nobody',
    what: 'The restart moves RESTARTS and wakes no P.',
    origin: '',
    edits: [{ file: 'scheduler/stop.ts', from: '    notify(meta, RESTARTS)\n', to: '' }],
  },
  {
    name: 'restarts-read-late',
    what: 'A P that waits for the restart reads RESTARTS after it has read the stop word.',
    origin: '',
    edits: [
      {
        file: 'scheduler/stop.ts',
        from: 'const restarts = load(meta, RESTARTS)\n      const word = load(meta, STOP)',
        to: 'const word = load(meta, STOP)\n      const restarts = load(meta, RESTARTS)',
      },
    ],
  },

  // ————— sleeping and waking
  {
    name: 'announced-after-the-look',
    what: 'A P looks for work before it announces that it sleeps.',
    origin: '',
    edits: [
      {
        file: 'scheduler/sleeping.ts',
        from: 'this.sleepers.announce(this.pIndex, kind)\n',
        to: 'const still = mayStill()\n    this.sleepers.announce(this.pIndex, kind)\n',
      },
      {
        file: 'scheduler/sleeping.ts',
        from: 'milliseconds > 0 &&\n      mayStill() &&',
        to: 'milliseconds > 0 &&\n      still &&',
      },
    ],
  },
  {
    name: 'wake-word-read-late',
    what: 'A P reads WAKE when it goes to sleep, and not before its last look.',
    origin: '',
    edits: [
      {
        file: 'scheduler/sleeping.ts',
        from: '    const wake = load(meta, this.base + pWords.WAKE)\n',
        to: '    let wake = 0\n',
      },
      {
        file: 'scheduler/sleeping.ts',
        from: '      const isOver = ',
        to: '      wake = load(meta, this.base + pWords.WAKE)\n      const isOver = ',
      },
    ],
  },
  {
    name: 'ready-without-wake',
    what: 'A P that makes a goroutine of another P ready does not look whether that P sleeps.',
    origin: '',
    edits: [
      {
        file: 'scheduler/placement.ts',
        from: 'pushReady(this.memory, owner, id)\n      this.sleepers.wake(owner)',
        to: 'pushReady(this.memory, owner, id)',
      },
    ],
  },
  {
    name: 'barrier-number-read-early',
    what: 'A P that passes the ragged barrier reads the wanted number before the served one, so it may pass an old barrier again.',
    origin: 'this project, found by exploring termination',
    edits: [
      {
        file: 'scheduler/ragged-barrier.ts',
        from: 'const served = load(meta, memory.pWord(index, pWords.FLUSH_SERVED))\n  const wanted = load(meta, memory.pWord(index, pWords.FLUSH_WANTED))',
        to: 'const wanted = load(meta, memory.pWord(index, pWords.FLUSH_WANTED))\n  const served = load(meta, memory.pWord(index, pWords.FLUSH_SERVED))',
      },
    ],
  },
  {
    name: 'deadlock-by-two-looks',
    what: 'The search for a deadlock reads the queues and then the idle Ps, though a goroutine may have run in between.',
    origin: 'this project, found by exploring the channel protocol',
    edits: [
      {
        file: 'scheduler/deadlock.ts',
        from: 'load(meta, control.IDLE_PS) === idle',
        to: '(load(meta, control.IDLE_PS) & control.IDLE_COUNT) === layout.procs',
      },
    ],
  },
  {
    name: 'lock-forgets-waiters',
    what: 'A thread that gets a lock after a wait marks it as held without waiters. If others still wait, they sleep for ever.',
    origin: '',
    edits: [
      {
        file: 'memory/lock.ts',
        from: 'while (exchange(words, index, 2) !== 0) wait(words, index, 2)',
        to: 'while (exchange(words, index, 2) !== 0) wait(words, index, 2)\n  compareAndSwap(words, index, 2, 1)',
      },
    ],
  },

  // ————— assists and workers
  {
    name: 'assist-entry-dropped',
    what: 'An assist whose debt is paid only in part is taken off the queue and not put back.',
    origin: '',
    edits: [
      {
        file: 'gc/work/assist-queue.ts',
        from: 'this.removeFirst()\n        this.append(index)',
        to: 'this.removeFirst()',
      },
    ],
  },
  {
    name: 'assist-released-asleep',
    what: 'An assist whose debt is paid is not woken.',
    origin: '',
    edits: [
      {
        file: 'gc/work/assist-queue.ts',
        from: '    this.world.wake(index)\n',
        to: '    void this.world\n',
      },
    ],
  },
  {
    name: 'credit-without-a-second-look',
    what: 'A P that adds background credit does not look at the assist queue again, so an assist that came meanwhile waits beside the credit.',
    origin: 'this project, found by exploring assists; Go leaves it to the next payment',
    edits: [
      {
        file: 'gc/work/assist-queue.ts',
        from: 'if (load(meta, control.ASSIST_COUNT) === 0) return\n',
        to: 'return\n',
      },
    ],
  },
  {
    name: 'credit-of-the-dead-beside-the-queue',
    what: 'The credit of a goroutine that ends is added without a look at the assist queue, so an assist waits beside that credit.',
    origin: 'this project, found by a review; Go adds it to the pool',
    edits: [
      {
        file: 'gc/work/assist.ts',
        from: 'this.queue.payFrom(clampWork(this.memory.get(control.ASSIST_WORK_PER_BYTE) * credit))',
        to: 'sub(meta, control.BACKGROUND_CREDIT, - clampWork(this.memory.get(control.ASSIST_WORK_PER_BYTE) * credit))',
      },
    ],
  },
  {
    name: 'scan-asked-of-the-last-owner',
    what: 'The P that is asked to scan a running stack is read before the stack is marked as wanted. By then the record may belong to a goroutine on another P.',
    origin: 'this project, found by a review',
    edits: [
      {
        file: 'gc/mark/roots.ts',
        from: '    add(meta, control.SCANS_WANTED, 1)\n    this.memory.faults.pass',
        to: '    const before = meta[record + gWords.P]\n    add(meta, control.SCANS_WANTED, 1)\n    this.memory.faults.pass',
      },
      {
        file: 'gc/mark/roots.ts',
        from: '    const owner = meta[record + gWords.P]\n    if (owner < 0)',
        to: '    const owner = before\n    if (owner < 0)',
      },
    ],
  },
  {
    name: 'sleep-measured-before-the-look',
    what: 'A P finds how long it may sleep before it announces its sleep, so what is published in between waits for the net.',
    origin: 'this project, found by a review',
    edits: [
      {
        file: 'scheduler/sleeping.ts',
        from: '    const wake = load(meta, this.base + pWords.WAKE)\n',
        to: '    const milliseconds = mostMs()\n    const wake = load(meta, this.base + pWords.WAKE)\n',
      },
      {
        file: 'scheduler/sleeping.ts',
        from: '    const milliseconds = mostMs()\n    if (',
        to: '    if (',
      },
    ],
  },
  {
    name: 'thief-looks-once',
    what: 'A P that may not steal a goroutine yet does not look again.',
    origin: '',
    edits: [
      {
        file: 'scheduler/stealing.ts',
        from: 'return isWaiting ? SLICE_MS :',
        to: 'return isWaiting ? Number.POSITIVE_INFINITY :',
      },
    ],
  },
  {
    name: 'placed-and-nobody-woken',
    what: 'A goroutine is placed on a busy P, and no idle P is woken to steal it.',
    origin: '',
    edits: [
      {
        file: 'scheduler/placement.ts',
        from: 'else if (where < 0) this.sleepers.wakeOneIdle()',
        to: '',
      },
    ],
  },
  {
    name: 'stop-wakes-no-sleeper',
    what: 'A stop does not wake the Ps that sleep, though it has changed what they wait for.',
    origin: '',
    edits: [
      {
        file: 'scheduler/standing.ts',
        from: '      this.parts.ending.fail(error, 0)\n    }\n    this.wakeAll()\n',
        to: '      this.parts.ending.fail(error, 0)\n    }\n',
      },
    ],
  },
  {
    name: 'scanned-and-nobody-woken',
    what: 'A wanted scan publishes the grey objects that it found, and wakes no P for them.',
    origin: '',
    edits: [
      {
        file: 'gc/mark/roots.ts',
        from: '    this.marker.queue.publish()\n    this.world.wakeForWork()\n',
        to: '    this.marker.queue.publish()\n',
      },
    ],
  },
  {
    name: 'negative-credit-stolen',
    what: 'An assist takes background credit that is below zero, which makes its debt larger.',
    origin: 'golang/go#15022',
    edits: [
      {
        file: 'gc/work/assist.ts',
        from: 'if (available <= 0) return 0\n    const stolen',
        to: 'if (available === 0) return 0\n    const stolen',
      },
    ],
  },
  {
    name: 'dedicated-taken-twice',
    what: 'The role of a dedicated worker is taken by a load and a store instead of a compare-and-swap.',
    origin: 'golang/go#13645',
    edits: [
      {
        file: 'gc/work/roles.ts',
        from: 'if (compareAndSwap(meta, DEDICATED_NEEDED, needed, needed - 1)) break',
        to: 'store(meta, DEDICATED_NEEDED, needed - 1)\n      break',
      },
    ],
  },
  {
    name: 'offer-taken-twice',
    what: 'An offered role is taken by a load and a store, so two Ps may take it, or its holder gives it back as well.',
    origin: 'golang/go#13645',
    edits: [
      {
        file: 'gc/work/roles.ts',
        from: 'if (compareAndSwap(meta, roleWord, pWords.ROLE_OFFERED, pWords.ROLE_NONE)) return true',
        to: 'if (load(meta, roleWord) !== pWords.ROLE_NONE) {\n      store(meta, roleWord, pWords.ROLE_NONE)\n      return true\n    }',
      },
    ],
  },
  {
    name: 'roles-outlive-their-cycle',
    what: 'The setup stop leaves roles as they are, so a worker that slept into this cycle gives back a role that this cycle never handed out.',
    origin: 'golang/go#13645',
    edits: [
      {
        file: 'gc/work/roles.ts',
        from: 'meta[memory.pWord(index, pWords.ROLE)] = pWords.ROLE_NONE',
        to: 'void index',
      },
    ],
  },
  {
    name: 'role-given-back-twice',
    what: 'A worker gives its role back though another P has taken it over.',
    origin: 'golang/go#13645',
    edits: [
      {
        file: 'gc/work/roles.ts',
        from: 'else if (!this.endOffer(this.pIndex)) return',
        to: 'else this.endOffer(this.pIndex)',
      },
    ],
  },

  // ————— sweeping and spans
  {
    name: 'sweep-leaves-black',
    what: 'A sweep leaves live objects black, so the next cycle does not scan them.',
    origin: '',
    edits: [
      {
        file: 'heap/sweep-span.ts',
        from: 'marks[granule] = span.WHITE\n        live++',
        to: 'live++',
      },
      {
        file: 'heap/sweep-span.ts',
        from: 'meta[word] = FOUR_WHITE\n        live += 4',
        to: 'live += 4',
      },
      { file: 'heap/sweep-span.ts', from: 'after = span.WHITE\n        live++', to: 'live++' },
    ],
  },
  {
    name: 'sweep-enters-late',
    what: 'A sweeper enters after the sweep is complete.',
    origin: '',
    edits: [
      {
        file: 'heap/sweep-span.ts',
        from: 'if ((sweepers & control.SWEEP_DRAINED) !== 0) return false',
        to: '',
      },
    ],
  },
  {
    name: 'sweep-not-begun-anew',
    what: 'The termination stop leaves the sweep at its last class, so nothing is swept.',
    origin: '',
    edits: [{ file: 'gc/sweeper.ts', from: '    store(meta, control.SWEEP_CLASS, 0)\n', to: '' }],
  },
  {
    name: 'fresh-span-stale-generation',
    what: 'A fresh span is given the sweep generation of an unswept one.',
    origin: '',
    edits: [
      {
        file: 'heap/span.ts',
        from: 'store(meta, record + span.SWEEP_GENERATION, meta[HEAP_SWEEP_GENERATION])',
        to: 'store(meta, record + span.SWEEP_GENERATION, meta[HEAP_SWEEP_GENERATION] - 2)',
      },
    ],
  },
  {
    name: 'span-looked-at-early',
    what: 'A P that takes a span reads the head of the central list before it has the lock, so two Ps may cache one span.',
    origin: '',
    edits: [
      {
        file: 'heap/central.ts',
        from: 'lock(meta, this.lockWord(spanClass))\n    try {\n      const id = meta[head] as SpanId',
        to: 'const id = meta[head] as SpanId\n    lock(meta, this.lockWord(spanClass))\n    try {',
      },
    ],
  },
  {
    name: 'short-run-not-zeroed',
    what: 'The last word of a short run of reused slots is not zeroed.',
    origin: '',
    edits: [
      {
        file: 'heap/cache.ts',
        from: 'word < end; word++) heap[word] = 0',
        to: 'word < end - 1; word++) heap[word] = 0',
      },
    ],
  },
  {
    name: 'long-run-not-zeroed',
    what: 'The last word of a long run of reused slots is not zeroed.',
    origin: '',
    edits: [
      {
        file: 'heap/cache.ts',
        from: 'else heap.fill(0, first, end)',
        to: 'else heap.fill(0, first, end - 4)',
      },
    ],
  },
  {
    name: 'live-heap-not-uncharged',
    what: 'The unused slots of a span that is put back stay charged to the live heap.',
    origin: '',
    edits: [
      {
        file: 'heap/cache.ts',
        from: 'if (unused > 0) this.uncharge(',
        to: 'if (unused < 0) this.uncharge(',
      },
    ],
  },
  {
    name: 'size-class-one-short',
    what: 'A size class takes objects that are a granule too large for it.',
    origin: '',
    edits: [
      {
        file: 'heap/size-classes.ts',
        from: '< granules * 16) sizeClass++',
        to: '< (granules - 1) * 16) sizeClass++',
      },
    ],
  },
  {
    name: 'quarantine-released-early',
    what: 'Under --check a freed slot rests for one cycle instead of two.',
    origin: '',
    edits: [
      {
        file: 'heap/sweep-span.ts',
        from: 'before === span.QUARANTINE_NEW) after = span.QUARANTINE_OLD',
        to: 'before === span.QUARANTINE_NEW) after = span.FREE',
      },
    ],
  },
  {
    name: 'page-join-one-short',
    what: 'When a free run of pages is joined with the one after it, a page is lost.',
    origin: '',
    edits: [{ file: 'heap/page-heap.ts', from: 'length += after', to: 'length += after - 1' }],
  },
  {
    name: 'free-run-end-not-written',
    what: 'The length of a free run of pages is written only at its beginning.',
    origin: '',
    edits: [
      {
        file: 'heap/page-heap.ts',
        from: '    meta[layout.pageRun + page + length - 1] = length\n',
        to: '',
      },
    ],
  },

  // ————— scheduler
  {
    name: 'ring-looked-at-early',
    what: 'A P that takes a goroutine from a ring reads the head before it has the lock.',
    origin: '',
    edits: [
      {
        file: 'scheduler/run-queues.ts',
        from: 'lock(meta, base + pWords.RING_LOCK)\n    try {\n      const head = meta[base + pWords.RING_HEAD]',
        to: 'const head = meta[base + pWords.RING_HEAD]\n    lock(meta, base + pWords.RING_LOCK)\n    try {',
      },
    ],
  },
  {
    name: 'ready-push-lost',
    what: 'A push onto a ready list is a load and a store, so one of two concurrent pushes is lost.',
    origin: '',
    edits: [
      {
        file: 'scheduler/run-queues.ts',
        from: 'if (compareAndSwap(meta, headWord, first, id)) return',
        to: 'store(meta, headWord, id)\n    return',
      },
    ],
  },
  {
    name: 'ticket-won-twice',
    what: 'The right to wake a goroutine is won by a load and an increment instead of a compare-and-swap.',
    origin: '',
    edits: [
      {
        file: 'scheduler/goroutines.ts',
        from: 'return compareAndSwap(\n      this.memory.meta,\n      this.memory.goroutineWord(id, gWords.TICKET),\n      ticket,\n      (ticket + 1) | 0,\n    )',
        to: 'const word = this.memory.goroutineWord(id, gWords.TICKET)\n    return load(this.memory.meta, word) === ticket && add(this.memory.meta, word, 1) < 2 ** 31',
      },
    ],
  },
  {
    name: 'stale-waiter-served',
    what: 'A channel hands a value to a waiter whose ticket it did not win.',
    origin: '',
    edits: [
      {
        file: 'scheduler/channel.ts',
        from: 'if (won) return id',
        to: 'if (won || id > 0) return id',
      },
    ],
  },
  {
    name: 'mutex-free-while-held',
    what: 'A mutex that is handed to a waiter is also marked as free.',
    origin: '',
    edits: [
      {
        file: 'scheduler/waiting.ts',
        from: 'if (woken === NOBODY) heap[word + WAITABLE_STATE] = 0',
        to: 'heap[word + WAITABLE_STATE] = 0',
      },
    ],
  },
  // ————— the gate
  {
    name: 'gate-looks-then-adds',
    what: 'The gate looks whether there is room and then adds, so two Ps may take the same room.',
    origin: 'this project’s prototype',
    edits: [
      {
        file: 'heap/live-heap.ts',
        from: 'if (!compareAndSwap(meta, HEAP_LIVE, live, live + bytes)) continue',
        to: 'if (add(meta, HEAP_LIVE, bytes) !== live && compareAndSwap(meta, HEAP_LIVE, -1, -1)) continue',
      },
    ],
  },
  {
    name: 'gate-waits-for-a-policy',
    what: 'A P at the gate that finds nothing to mark never raises the stop itself.',
    origin: 'this project’s prototype',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: 'return world.raise(epoch, STOP_TERMINATION)',
        to: 'return epoch < 0 || STOP_TERMINATION < 0',
      },
    ],
  },
  {
    name: 'gate-starves-the-large',
    what: 'A request that has no room beside what the cycle marked waits at the gate for MOST_CYCLES cycles instead of one.',
    origin: '',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: 'if (cycles < MOST_CYCLES && this.fitsBesideMarked(bytes)) continue',
        to: 'if (cycles < MOST_CYCLES || this.fitsBesideMarked(bytes)) continue',
      },
    ],
  },
  {
    name: 'gate-admits-the-beaten',
    what: 'A request whose room was taken by others is admitted past the goal after one cycle.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: 'this.memory.get(control.HEAP_MARKED) + bytes',
        to: 'Infinity + bytes',
      },
    ],
  },
  {
    name: 'token-for-two',
    what: 'A P looks whether the token is there and then takes it, so two Ps may have that of one period.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate-token.ts',
        from: 'return compareAndSwap(meta, GATE_TOKEN, last, period) ? period : 0',
        to: 'return compareAndSwap(meta, GATE_TOKEN, last, period) || load(meta, GATE_TOKEN) === period ? period : 0',
      },
    ],
  },
  {
    name: 'token-taken-again',
    what: 'The token of a period is there again as soon as the request that had it has left the line.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate-token.ts',
        from: 'if (last === period || !this.isFirst(pIndex)) return 0',
        to: 'if (!this.isFirst(pIndex)) return 0',
      },
    ],
  },
  {
    name: 'token-out-of-turn',
    what: 'The token goes to whoever looks first, and not to the request that has waited for longest.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate-token.ts',
        from: 'if (last === period || !this.isFirst(pIndex)) return 0',
        to: 'if (last === period || (!this.isFirst(pIndex) && period < 0)) return 0',
      },
    ],
  },
  {
    name: 'line-never-left',
    what: 'A request that has passed the gate stays in line for the token, before all that come later.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: '      this.leaveLine()\n      limiter.end',
        to: '      limiter.end',
      },
    ],
  },
  {
    name: 'old-token-used',
    what: 'A request that had the token and found no memory takes some after the next mark, without that period’s token.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: 'this.tokenPeriod === this.memory.meta[control.CYCLES_MARKED]',
        to: 'this.tokenPeriod <= this.memory.meta[control.CYCLES_MARKED]',
      },
    ],
  },
  {
    name: 'served-without-token',
    what: 'A stop that finds room for several requests serves all of them, though each carries the heap past its goal.',
    origin: 'this project',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: 'if (!this.isOpen && !fits && this.token.take(pIndex) === 0) return false',
        to: 'if (!this.isOpen && !fits && this.token.take(pIndex) < 0) return false',
      },
    ],
  },
  {
    name: 'reservation-charged-twice',
    what: 'The bytes that the gate has reserved are charged to the live heap a second time.',
    origin: '',
    edits: [
      {
        file: 'heap/live-heap.ts',
        from: 'const rest = bytes - this.reserved',
        to: 'const rest = bytes',
      },
    ],
  },
  {
    name: 'reservation-never-given-back',
    what: 'A request that finds no memory leaves its reservation in the live heap.',
    origin: '',
    edits: [
      { file: 'heap/live-heap.ts', from: '    this.charge(0)\n', to: '    this.reserved = 0\n' },
    ],
  },
  {
    name: 'credit-uncapped',
    what: 'Capped credit has no useful cap: it may be a million times the room to the goal.',
    origin: 'golang/go#40460',
    edits: [
      {
        file: 'gc/work/assist.ts',
        from: 'Math.max(0, meta[control.GOAL] - load(meta, control.HEAP_LIVE))',
        to: 'Math.abs(meta[control.GOAL] - load(meta, control.HEAP_LIVE)) * 1e6',
      },
    ],
  },
  ...isolationMutants,
  ...operationMutants,
  ...limitMutants,
]

export const equivalents: readonly Equivalent[] = [
  {
    what: 'A thread whose modules keep the memory of ended runs serves more of them.',
    file: 'runtime/isolation/reclaim.ts',
    reason:
      'Handles are released, and a thread whose heap grows by 1 MiB ends: no program is known that keeps the memory.',
  },
  {
    what: 'Goroutines that wake each other run before the others for longer than their slice.',
    file: 'scheduler/turns.ts',
    reason:
      'Each gives way at its next operation once its slice is used up, and then waits among the others.',
  },
  {
    what: 'A timer that fires is no longer counted before its goroutine is ready.',
    file: 'scheduler/timers.ts',
    reason:
      'The P that fires it is not idle, and a deadlock is one only if all Ps are idle from the beginning of the look to its end.',
  },
  {
    what: 'A span is owned for sweeping by a plain store instead of a compare-and-swap.',
    file: 'heap/span.ts',
    reason: 'Spans are popped from their lists under a lock, so no two sweepers hold one.',
  },
  {
    what: 'A P passes the ragged barrier without flushing.',
    file: 'scheduler/ragged-barrier.ts',
    reason:
      'The stop flushes every barrier buffer and asks again: it costs restarts, never an object.',
  },
  {
    what: 'The setup stop is raised on an epoch that was read after the look at the trigger.',
    file: 'gc/collector.ts',
    reason:
      'There is no safepoint between the two, and no stop is carried out while this P runs. The case with a safepoint in between is trigger-not-asked-again.',
  },
  {
    what: 'PUBLICATIONS does not count a push.',
    file: 'gc/mark/work-buffers.ts',
    reason: 'It is a hint that saves a stop. The stop asks again, exactly.',
  },
  {
    what: 'Quiescence does not ask for drainers.',
    file: 'gc/mark/drain.ts',
    reason:
      'The stop sees what drainers hold and which stacks are still wanted. The case without both is scan-forgotten-in-stop.',
  },
  {
    what: 'An assist that waits does not look at the credit a second time.',
    file: 'gc/work/assist.ts',
    reason:
      'It waits longer: for the next credit, or for the end of the mark. Both come without this P.',
  },
  {
    what: 'No P is woken for what a P publishes while it marks on, or as it passes the ragged barrier; the coordinator is not woken when the last P has passed.',
    file: 'gc/mark/drain.ts',
    reason:
      'It costs only time. The P that published marks on, or comes to its scheduler; the coordinator looks again after its slice. Wake-ups that a mark depends on: stop-wakes-no-sleeper, scanned-and-nobody-woken.',
  },
  {
    what: 'The full flag of a select case is looked at without asking whether the waiter is stale.',
    file: 'scheduler/channel.ts',
    reason: 'The ticket decides; the select begins again with a new one.',
  },
]

/** Throws a UsageError if there is none of that name. */
export function mutantNamed(name: string): Mutant {
  const found = mutants.find(mutant => mutant.name === name)
  if (found !== undefined) return found
  throw new UsageError(`there is no mutant '${name}'; npm run test:mutants -- --list prints them`)
}
