import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { HANG_MS } from './test/support/hang.ts'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// Tests import the sources. package.json would lead them to dist, as it leads the processes that
// they start.
const alias = [
  { find: /^#sync$/, replacement: source('memory/sync.ts') },
  { find: /^sawtooth$/, replacement: source('runtime/program/program.ts') },
  { find: /^sawtooth\/host$/, replacement: source('runtime/host/host.ts') },
  { find: /^sawtooth\/pacer$/, replacement: source('gc/pacer/pacer.ts') },
  { find: /^sawtooth\/internal\/(.+)$/, replacement: `${source('.')}$1.ts` },
]

/** Node loads the built lab. As a source it would be led to the sources of the runtime. */
const server = { deps: { external: [/\/dist\/lab\//] } }

/** These start threads, or replace a module. Each runs in a process of its own. */
const apart = [
  'test/memory/lock.test.ts',
  'test/scheduler/stop.test.ts',
  'test/gc/termination/termination.test.ts',
  'test/gc/work/cpu-limiter.test.ts',
]

/** These measure time and CPU. One file runs at a time, and has all cores. */
const alone = [
  'test/threads/{console,faults,mark-workers,settles,stragglers}.test.ts',
  'test/litmus/**/*.test.ts',
]

/** Exhaustive tests: part of `npm run test:all`, and not of `npm test`. */
const long = ['test/**/*.long.test.ts']

/** These have a small and an exhaustive size (test/support/size.ts), and run in both. */
export const ofTwoSizes = [
  'test/commands/bad-input.test.ts',
  'test/commands/controlled.test.ts',
  'test/commands/hostile-process.test.ts',
  'test/commands/module-loading.test.ts',
  'test/commands/outputs.test.ts',
  'test/commands/overrun.test.ts',
  'test/commands/pacers-suite.test.ts',
  'test/commands/pacers.test.ts',
  'test/commands/packages.test.ts',
  'test/commands/readme.test.ts',
  'test/commands/signals.test.ts',
  'test/commands/soak.test.ts',
  'test/commands/stack-overflow.test.ts',
  'test/litmus/litmus.test.ts',
  'test/mutants/mutants.test.ts',
  'test/threads/check.test.ts',
  'test/threads/console.test.ts',
  'test/threads/faults.test.ts',
  'test/threads/found.test.ts',
  'test/threads/gate.test.ts',
  'test/threads/isolation.test.ts',
  'test/threads/mark-workers.test.ts',
  'test/threads/matrix.test.ts',
  'test/threads/memory-limit.test.ts',
  'test/threads/memory.test.ts',
  'test/threads/overrun.test.ts',
  'test/threads/runtime.test.ts',
  'test/threads/settles.test.ts',
  'test/threads/stragglers.test.ts',
  'test/threads/thrown.test.ts',
]

/** A process that a test starts has a limit of its own, and a test may start many. */
const MANY_PROCESSES_MS = 20 * HANG_MS

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          server,
          include: [
            'test/{memory,heap,gc,scheduler,runtime,lab,structure,explore,hunt,mutants,soak}/**/*.test.ts',
          ],
          exclude: [...apart, ...long],
          pool: 'forks',
          // Many files share one process. They share nothing that changes, and a start takes longer
          // than most files.
          isolate: false,
          testTimeout: HANG_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'unit-apart',
          include: apart,
          pool: 'forks',
          testTimeout: HANG_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // These start built commands, so they need a build first. Two files at a time take a fifth
        // less time than one.
        resolve: { alias },
        test: {
          name: 'commands',
          server,
          include: ['test/{commands,threads}/**/*.test.ts'],
          exclude: [...alone, ...long],
          pool: 'forks',
          // What these tests start runs in processes of its own.
          isolate: false,
          maxWorkers: 2,
          testTimeout: MANY_PROCESSES_MS,
          hookTimeout: MANY_PROCESSES_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'alone',
          server,
          include: alone,
          pool: 'forks',
          isolate: false,
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: MANY_PROCESSES_MS,
          hookTimeout: MANY_PROCESSES_MS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'long',
          server,
          include: [...long, ...ofTwoSizes],
          env: { TEST_SIZE: 'long' },
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: MANY_PROCESSES_MS,
          hookTimeout: MANY_PROCESSES_MS,
          sequence: { groupOrder: 3 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'stress',
          server,
          include: ['test/stress/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: MANY_PROCESSES_MS,
          hookTimeout: MANY_PROCESSES_MS,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
