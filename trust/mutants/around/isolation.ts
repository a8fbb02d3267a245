/** Seeded bugs around the collector: a run reaches another, or memory does not come back. */
import type { Mutant } from '../mutant.ts'

export const isolationMutants: readonly Mutant[] = [
  {
    name: 'heap-of-the-last-run',
    what: 'A run takes over the heap buffer of the one before it.',
    origin: '',
    edits: [
      {
        file: 'heap/memory.ts',
        from: 'heap: reserve(layout.heapBytes)',
        to: 'heap: ((Memory as { last?: SharedArrayBuffer }).last ??= reserve(layout.heapBytes))',
      },
    ],
  },
  {
    name: 'p-after-the-run',
    what: 'The bindings of the P stay when its run is over.',
    origin: '',
    edits: [{ file: 'runtime/current.ts', from: '  run = p = stack = words = i32 = nobody\n', to: '' }],
  },
  {
    name: 'p-while-importing',
    what: 'The bindings of the P are set before the program is imported, while the event loop turns.',
    origin: '',
    edits: [{ file: 'runtime/current.ts', from: '  served = opened\n', to: '  enterRun((served = opened))\n' }],
  },
  {
    name: 'late-declaration',
    what: 'A declaring function of a run that is over declares in the run that the thread serves by then.',
    origin: '',
    edits: [{ file: 'runtime/program-of-run.ts', from: '.number !== number', to: '.number < number' }],
  },
  {
    name: 'late-print',
    what: 'What is printed while modules are imported is heard, whoever prints it.',
    origin: '',
    edits: [{ file: 'runtime/task-console.ts', from: ' && importing.getStore() === this.#run', to: '' }],
  },
  {
    name: 'unseen-timer',
    what: 'A thread on which a timer is left serves the next run.',
    origin: '',
    edits: [
      { file: 'runtime/leftovers.ts', from: "'TickObject', 'Microtask'", to: "'TickObject', 'Microtask', 'Timeout'" },
    ],
  },
  {
    name: 'handles-stay',
    what: 'Types of a run that is over lead to its memory, and its modules keep them.',
    origin: '',
    edits: [
      { file: 'runtime/handles.ts', from: 'for (const key of Object.keys(handle))', to: 'for (const key of [])' },
    ],
  },
  {
    name: 'uncollected-runs',
    what: 'No thread collects its JavaScript heap when a run has ended.',
    origin: '',
    edits: [{ file: 'runtime/reclaim.ts', from: '  collect()\n', to: '' }],
  },
  {
    name: 'stacks-not-joined',
    what: 'A shadow stack that is freed is not joined with its buddy.',
    origin: '',
    edits: [{ file: 'heap/stacks.ts', from: 'if (buddy >= layout.stackWords ||', to: 'if (buddy >= 0 ||' }],
  },
  {
    name: 'stacks-not-split',
    what: 'A small shadow stack takes all of a large free segment.',
    origin: '',
    edits: [{ file: 'heap/stacks.ts', from: 'half >= log2; half--', to: 'half >= found; half--' }],
  },
  {
    name: 'stale-stack-table',
    what: 'A segment that is taken is still free in the table.',
    origin: '',
    edits: [{ file: 'heap/stacks.ts', from: '    words[this.entry(segment)] = 0\n', to: '' }],
  },
]
