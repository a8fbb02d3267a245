/** Seeded bugs around the collector: a run reaches another, or memory does not come back. */
import type { Mutant } from '../mutant.ts'

export const isolationMutants: readonly Mutant[] = [
  {
    name: 'heap-of-the-last-run',
    what: 'A run takes over the heap buffer of the run before it.',
    origin: '',
    edits: [
      {
        file: 'memory/memory.ts',
        from: 'heap: reserve(layout.heapBytes)',
        to: 'heap: ((Memory as { last?: SharedArrayBuffer }).last ??= reserve(layout.heapBytes))',
      },
    ],
  },
  {
    name: 'p-after-the-run',
    what: 'The bindings of the P stay when its run is over.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/current.ts',
        from: '  run = p = stack = meta = heap = nobody\n',
        to: '',
      },
    ],
  },
  {
    name: 'p-while-importing',
    what: 'The bindings of the P are set before the program is imported, while the event loop turns.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/current.ts',
        from: '  served = opened\n',
        to: '  enterRun((served = opened))\n',
      },
    ],
  },
  {
    name: 'late-declaration',
    what: 'A declaring function of a run that is over declares in the run that its thread serves now.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/program-of-run.ts',
        from: '.number !== number',
        to: '.number < number',
      },
    ],
  },
  {
    name: 'late-print',
    what: "What is printed while modules are imported counts as the program's, also if a run that is over prints it.",
    origin: '',
    edits: [
      {
        file: 'runtime/host/task-console.ts',
        from: ' && importing.getStore() === this.#run',
        to: '',
      },
    ],
  },
  {
    name: 'unseen-import',
    what: "A program that imports a module of Node's keeps its threads.",
    origin: '',
    edits: [
      { file: 'runtime/load/program-files.ts', from: '!KEEPS_NOTHING.test(', to: '!/node:/.test(' },
    ],
  },
  {
    name: 'unseen-dynamic-import',
    what: 'A program that imports while it runs keeps its threads.',
    origin: '',
    edits: [
      {
        file: 'runtime/load/program-files.ts',
        from: "isOwn ? type === 'dynamic' :",
        to: 'isOwn ? false :',
      },
    ],
  },
  {
    name: 'unseen-resolve',
    what: 'A program that takes more of `import.meta` than its names keeps its threads.',
    origin: '',
    edits: [
      {
        file: 'runtime/load/program-files.ts',
        from: 'if (edits.length === 0) this',
        to: 'if (edits.length < 0) this',
      },
    ],
  },
  {
    name: 'unseen-global',
    what: "No use of a global of Node's is noted.",
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/touched.ts',
        from: 'configurable !== true) return',
        to: 'configurable !== true || owner !== null) return',
      },
    ],
  },
  {
    name: 'unseen-eval',
    what: 'No use of code from strings is noted.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/touched.ts',
        from: "'gc', 'console'])",
        to: "'gc', 'console', 'eval'])",
      },
    ],
  },
  {
    name: 'unseen-constructor',
    what: 'No call of a constructor of functions is noted.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/touched.ts',
        from: '  noteCodeFromStrings()\n  noteCalls',
        to: '  noteCalls',
      },
    ],
  },
  {
    name: 'whole-clock',
    what: "A program finds all of Node's `performance`, and no use of it is noted.",
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/touched.ts',
        from: 'const value = clockOf(performance)',
        to: 'const value = performance',
      },
    ],
  },
  {
    name: 'shallow-realm',
    what: 'Of what all runs share, only the outermost objects are compared.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/realm.ts',
        from: '        waiting[count++] = this.#values[at]\n',
        to: '',
      },
    ],
  },
  {
    name: 'unseen-flags',
    what: 'A property that was made read-only or enumerable is taken as unchanged.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/realm.ts',
        from: '    if (bits !== this.#bits[at]) return false\n',
        to: '',
      },
    ],
  },
  {
    name: 'unseen-freeze',
    what: 'An object that was made non-extensible is taken as unchanged.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/realm.ts',
        from: '      if (isExtensible(object) !== this.#areExtensible[index]) return false\n',
        to: '',
      },
    ],
  },
  {
    name: 'unseen-prototype',
    what: 'An object that was given another prototype is taken as unchanged.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/realm.ts',
        from: '      if (getPrototypeOf(object) !== this.#prototypes[index]) return false\n',
        to: '',
      },
    ],
  },
  {
    name: 'unseen-classes',
    what: 'Classes of the runtime are not compared.',
    origin: '',
    edits: [
      {
        file: 'runtime/isolation/leftovers.ts',
        from: '  realm?.includeClassesOf(run)\n',
        to: '',
      },
    ],
  },
  {
    name: 'last-match-stays',
    what: 'The next run finds the last match of a regular expression.',
    origin: '',
    edits: [
      { file: 'runtime/isolation/leftovers.ts', from: "  apply(exec, FORGETS, [''])\n", to: '' },
    ],
  },
  {
    name: 'leftovers-not-asked',
    what: 'A thread answers before it has looked what the run left behind.',
    origin: '',
    edits: [
      { file: 'runtime/host/thread-pool.ts', from: 'conclude(answer.result)', to: 'answer.result' },
    ],
  },
  {
    name: 'forged-answer',
    what: "A program that finds the pool's port can answer for the thread.",
    origin: '',
    edits: [{ file: 'runtime/host/thread-pool.ts', from: ' && said.word === this.word', to: '' }],
  },
  {
    name: 'this-of-main',
    what: '`this` in main leads to the runtime.',
    origin: '',
    edits: [
      {
        file: 'runtime/host/p-thread.ts',
        from: 'return main(...this.#args)',
        to: 'return this.main(...this.#args)',
      },
    ],
  },
  {
    name: 'console-of-node',
    what: "A program's console leads to Node's own objects.",
    origin: '',
    edits: [
      {
        file: 'runtime/host/task-console.ts',
        from: '  return own as unknown as Console\n',
        to: '  return console\n',
      },
    ],
  },
  {
    name: 'handles-stay',
    what: 'The types of a run that is over lead to its memory, and its modules keep the types.',
    origin: '',
    edits: [
      {
        file: 'runtime/program/handles.ts',
        from: 'for (const key of Object.keys(handle))',
        to: 'for (const key of [])',
      },
    ],
  },
  {
    name: 'uncollected-runs',
    what: 'No thread collects its JavaScript heap when a run has ended.',
    origin: '',
    edits: [{ file: 'runtime/isolation/reclaim.ts', from: '  collect()\n', to: '' }],
  },
  {
    name: 'stacks-not-joined',
    what: 'A shadow stack that is freed is not joined with its buddy.',
    origin: '',
    edits: [
      {
        file: 'heap/stacks.ts',
        from: 'if (buddy >= layout.stackWords ||',
        to: 'if (buddy >= 0 ||',
      },
    ],
  },
  {
    name: 'stacks-not-split',
    what: 'A small shadow stack takes all of a large free segment.',
    origin: '',
    edits: [{ file: 'heap/stacks.ts', from: 'half >= log2; half--', to: 'half >= found; half--' }],
  },
  {
    name: 'stale-stack-table',
    what: 'A segment that is taken stays marked as free in the table.',
    origin: '',
    edits: [{ file: 'heap/stacks.ts', from: '    meta[this.entryWord(segment)] = 0\n', to: '' }],
  },
]
