/** Seeded bugs around the collector: a limit has no effect, or a large object stops the world. */
import type { Mutant } from '../mutant.ts'

export const limitMutants: readonly Mutant[] = [
  // ————— the memory limit
  {
    name: 'goals-stay-as-memory-is-mapped',
    what: 'Trigger and goal stay between two cycles, while memory is mapped under a limit: a cycle begins late.',
    origin: '',
    edits: [{ file: 'gc/allocator.ts', from: '      controller.reviseGoals()\n', to: '' }],
  },
  // ————— the CPU limiter
  {
    name: 'limiter-counts-when-over',
    what: 'The CPU limiter counts an assist, a wait at the gate or idle time only when it is over.',
    origin: '',
    edits: [
      {
        file: 'gc/work/cpu-limiter.ts',
        from: 'if (began > 0) sum += time - began',
        to: 'void time, began',
      },
    ],
  },
  {
    name: 'limiter-forgets',
    what: 'The collector stops being limited when the limiter’s bucket begins to fall, and not only when it is empty.',
    origin: 'golang/go#66569',
    edits: [
      {
        file: 'gc/pacer/cpu-bucket.ts',
        from: 'else if (bucket.levelMs === 0) bucket.isLimiting = false',
        to: 'else if (change < 0) bucket.isLimiting = false',
      },
    ],
  },
  {
    name: 'limited-credit-is-waited-for',
    what: 'An assist that waits for credit waits on when the collector becomes limited.',
    origin: '',
    edits: [
      {
        file: 'gc/work/cpu-limiter.ts',
        from: '    this.queue.releaseAll()\n',
        to: '    void this.queue\n',
      },
    ],
  },
  {
    name: 'limited-assist-enqueues',
    what: 'An assist that did its work and then finds the collector limited still waits for credit.',
    origin: '',
    edits: [
      {
        file: 'gc/work/assist-queue.ts',
        from: '      if (load(meta, control.GC_CPU_LIMITED) !== 0) return false\n',
        to: '',
      },
    ],
  },
  {
    name: 'limited-assist-goes-on',
    what: 'An assist that is under way does all of its work though the collector has become limited.',
    origin: '',
    edits: [{ file: 'gc/mark/drain.ts', from: 'if (isCalledOff()) break', to: 'isCalledOff()' }],
  },
  {
    name: 'limited-gate-stays-shut',
    what: 'A wait at the gate goes on though the collector has become limited.',
    origin: '',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: '(limiter.isLimitingNow && !this.isFull)',
        to: '(limiter.isLimitingNow && this.isFull)',
      },
    ],
  },
  {
    name: 'limited-gate-starts-a-cycle',
    what: 'A P at the gate that sweeps before a cycle sweeps to the end and starts the cycle, though the collector has become limited.',
    origin: '',
    edits: [
      {
        file: 'gc/work/gate.ts',
        from: 'start(STOP_HEAP_CYCLE, this.isOver)',
        to: 'start(STOP_HEAP_CYCLE, () => false)',
      },
    ],
  },
  {
    name: 'sweep-for-a-cycle-is-nobodys',
    what: "The time for which a P sweeps before it starts a cycle counts as the program's.",
    origin: '',
    edits: [
      {
        file: 'gc/starter.ts',
        from: 'const isBegun = this.limiter.begin()',
        to: 'const isBegun = false',
      },
    ],
  },
  {
    name: 'limited-cycles-back-to-back',
    what: 'A limited collector starts a cycle at each span that is taken.',
    origin: '',
    edits: [
      {
        file: 'gc/starter.ts',
        from: '(!this.limiter.isLimiting || live >= this.limiter.leastTrigger)',
        to: '(!this.limiter.isLimiting || live >= 0)',
      },
    ],
  },
  {
    name: 'first-page-pays-the-sweep',
    what: 'Once the live heap is past the trigger, the first page that is taken costs the sweep of the whole heap.',
    origin: '',
    edits: [
      {
        file: 'gc/sweeper.ts',
        from: 'Math.min(pages / distance, MOST_PAGES_PER_PAGE / PAGE_BYTES)',
        to: 'Math.min(pages / distance, MOST_PAGES_PER_PAGE)',
      },
    ],
  },
  {
    name: 'slot-after-the-cycle',
    what: 'An allocation that starts a cycle takes its slot only afterwards, when a cycle in one stop has put the span back.',
    origin: '',
    edits: [
      {
        file: 'gc/allocator.ts',
        from: '    return this.paid(cache.take(spanClass, slotBytesOf(sizeClass)), charged)\n',
        to: "    this.tell(charged, 'next')\n    return cache.take(spanClass, slotBytesOf(sizeClass))\n",
      },
    ],
  },
  // ————— a full arena
  {
    name: 'full-arena-serves-nobody',
    what: 'The stop that collects for a full arena does not serve the requests that wait for it.',
    origin: '',
    edits: [
      { file: 'gc/cycle.ts', from: '    this.serveWanted()\n', to: '    void this.serveWanted\n' },
    ],
  },
  {
    name: 'flight-is-kept',
    what: 'A request that finds no room beside what other Ps have in flight fails at once.',
    origin: '',
    edits: [
      {
        file: 'gc/cycle.ts',
        from: 'this.inFlight() <= layout.arenaBytes * IN_FLIGHT_SHARE',
        to: 'this.inFlight() <= layout.arenaBytes / IN_FLIGHT_SHARE',
      },
    ],
  },
  {
    name: 'goal-beyond-the-arena',
    what: 'The goal may lie beyond what the arena holds, so that a cycle begins when it is full.',
    origin: 'mmtk/mmtk-core#1266',
    edits: [
      {
        file: 'gc/controller.ts',
        from: '    this.lower(goals, facts.heapMarked)\n',
        to: '    void this.lower\n',
      },
    ],
  },
  {
    name: 'goal-rises-in-a-mark',
    what: 'With a new GOGC, or as memory becomes free under a limit, the goal rises within a cycle.',
    origin: '',
    edits: [
      {
        file: 'gc/controller.ts',
        from: 'Math.trunc(Math.min(Math.max(room, heapMarked), atStart))',
        to: 'Math.trunc(Math.min(Math.max(room, heapMarked), atStart + Number.POSITIVE_INFINITY))',
      },
    ],
  },
  {
    name: 'assists-beyond-the-arena',
    what: "Where the arena lowers the goal, assists spread the work over the way to the pacer's goal.",
    origin: '',
    edits: [
      {
        file: 'gc/controller.ts',
        from: 'ratio * this.stretch(facts.heapLive)',
        to: 'ratio + 0 * this.stretch(facts.heapLive)',
      },
    ],
  },
  // ————— large objects
  {
    name: 'large-object-in-one-go',
    what: 'A large object is zeroed in one go, without a safepoint.',
    origin: 'golang/go#42642',
    edits: [
      {
        file: 'heap/cache.ts',
        from: 'Math.min(from + PIECE_BYTES, end)',
        to: 'Math.max(from + PIECE_BYTES, end)',
      },
    ],
  },
  {
    name: 'large-object-taken-for-fresh',
    what: 'A large object is not zeroed where its pages have been used before.',
    origin: '',
    edits: [
      {
        file: 'heap/page-heap.ts',
        from: 'Math.min(Math.max(page, meta[PAGES_END]), page + count)',
        to: 'Math.min(page, page + count)',
      },
    ],
  },
  {
    name: 'large-object-with-an-old-header',
    what: 'A marker reads a large object that is not zeroed yet, and so what was there before.',
    origin: '',
    edits: [{ file: 'heap/cache.ts', from: '    heap[at >>> 2] = 0\n', to: '    void heap\n' }],
  },
]
