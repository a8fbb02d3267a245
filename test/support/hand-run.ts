// A run by hand: two Ps of a hand-driven world allocate and mark in turn, and the host's Session
// watches them as it watches threads. It writes a record and a trace as a real run does, and
// reports are tested on these.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Addr } from '../../memory/kinds.ts'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { Session } from '../../runtime/host/session.ts'
import { resolveConfiguration } from '../../runtime/options/configuration.ts'
import type { RunRecord } from '../../runtime/report/record.ts'
import { holdClock } from './hand-clock.ts'
import { type HandP, HandWorld } from './hand-world.ts'

export interface HandRun {
  /** What run() resolves with. */
  readonly record: RunRecord
  /** The texts of the files of --json and --trace. */
  readonly json: string
  readonly trace: string
  readonly stderr: string
}

/** Fewer than Ps: a stop then takes less CPU time than there are Ps that stand. */
const CPUS = 1
/** How many nodes of 16 bytes live. */
const NODES = 20_000
const LARGE_BYTES = 4 * MiB
/** How many cycles run past their goal, and how many cycles that may take. */
const CYCLES = 3
const MOST_CYCLES = 20
/** How far past its goal a cycle runs. */
const PAST_BYTES = 200 * 1024

/**
 * The result is the same each time. The run has Go's protocol and no gate: Go's credit lets the
 * heap run past its goal.
 */
async function handRun(): Promise<HandRun> {
  const directory = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
  const [json, trace] = [join(directory, 'record.json'), join(directory, 'trace.json')]
  let stderr = ''
  const heard = new Writable({
    write: (chunk, _, done) => {
      stderr += chunk
      done()
    },
  })
  const world = new HandWorld({
    ...{ procs: 2, cpus: CPUS, globals: 1, arenaBytes: 16 * MiB, isTraced: true },
  })
  const configured = resolveConfiguration(
    'by-hand.ts',
    {
      json,
      trace,
      procs: 2,
      arena: '16MiB',
      termination: 'coordinator',
      gate: 'off',
      gctrace: true,
      seed: 1,
    },
    {},
  )
  const configuration = { ...configured, cpus: CPUS }
  const session = new Session(world.memory, configuration, { stderr: heard }, false)
  // Events that belong together stay together.
  const release = holdClock()
  try {
    session.open()
    world.memory.metaF64[world.memory.controlDouble(control.RUN_STARTED_AT)] = performance.now()
    allocate(world, () => session.tick())
    const record = await session.finish(null)
    return { record, json: readFileSync(json, 'utf8'), trace: readFileSync(trace, 'utf8'), stderr }
  } finally {
    release()
    rmSync(directory, { recursive: true })
  }
}

function allocate(world: HandWorld, tick: () => void): void {
  const [worker, mutator] = world.ps as readonly [HandP, HandP]
  const Node = world.type(1)
  const goroutine = mutator.spawn()
  const array = mutator.makeArray(NODES)
  mutator.setGlobal(0, array)
  for (let index = 0; index < NODES; index++)
    mutator.store(mutator.element(array, index), mutator.make(Node, [0 as Addr]))
  const { memory, meta } = world
  for (let over = 0, cycle = 0; over < CYCLES; cycle++) {
    if (cycle === MOST_CYCLES) throw new Error('no cycle runs past its goal')
    while (memory.phase === control.PHASE_OFF) mutator.allocator.allocate(LARGE_BYTES, true)
    worker.collector.drain.enter()
    // The goroutine gets credit, as Go's rule gives it where little is left to mark: it runs past
    // the goal and pays nothing.
    mutator.collector.assists.isInCredit(0) // forgets the credit of the cycle before
    memory.metaF64[memory.goroutineDouble(goroutine, gWords.ASSIST_BYTES)] = 16 * LARGE_BYTES
    while (
      memory.phase !== control.PHASE_OFF &&
      meta[control.HEAP_LIVE] < meta[control.GOAL] + PAST_BYTES
    )
      mutator.allocator.allocate(1024, true)
    // On a slow machine a fractional worker may have ended the mark.
    if (memory.phase !== control.PHASE_OFF) {
      over++
      world.finishMark(worker)
    }
    worker.collector.sweeper.finish()
    tick()
  }
}

let shared: Promise<HandRun> | null = null

/** One run for all tests of a process. */
export function aHandRun(): Promise<HandRun> {
  shared ??= handRun()
  return shared
}
