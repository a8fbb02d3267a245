import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// Unit tests run the sources; package.json would lead them to dist.
const alias = [
  { find: /^#sync$/, replacement: source('heap/sync.ts') },
  { find: /^sawtooth$/, replacement: source('runtime/program.ts') },
  { find: /^sawtooth\/host$/, replacement: source('runtime/host.ts') },
  { find: /^sawtooth\/pacer$/, replacement: source('gc/pacer/pacer.ts') },
]

/** They start threads, or put something in the place of a module: each in a process of its own. */
const apart = [
  'test/heap/lock.test.ts',
  'test/scheduler/stop.test.ts',
  'test/gc/termination.test.ts',
  'test/gc/cpu-limiter.test.ts',
]

/** They measure time, CPU or who does what meanwhile: one file at a time, with all cores for itself. */
const alone = ['test/threads/{console,faults,mark-workers,settles,stragglers}.test.ts', 'test/litmus/**/*.test.ts']

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/{heap,verify,measure,gc,scheduler,runtime,lab,trust,structure}/**/*.test.ts'],
          exclude: apart,
          pool: 'forks',
          // Many files in one process: they share nothing that changes, and starting takes longer than most of them.
          isolate: false,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'unit-apart',
          include: apart,
          pool: 'forks',
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // These start the built command line or another command, so they need a build first. Two files at a time: a fifth faster than one.
        test: {
          name: 'commands',
          include: ['test/{commands,threads}/**/*.test.ts'],
          exclude: alone,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'alone',
          include: alone,
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'stress',
          include: ['test/stress/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
