/**
 * golang/go#11694: a program that hid the pointer to most of its heap had sporadic pauses of
 * hundreds of milliseconds. The collector believed that it was done and found the pointer at the
 * end of the mark, and all that hung on it was still to be marked. Today such work is marked
 * concurrently. But assists were priced as if it did not exist, and the heap grows past its goal
 * while it is marked.
 *
 * Measured is the overrun of the cycles that had to mark a tree which the cycle before had not
 * marked, and of the others, by the size of the tree. The tree hangs on the last node of a long
 * list, or on the stack of a goroutine that took it from there after its stack had been scanned
 * (lab/overrun/programs/hidden-subgraph.ts). P is 2, no more than the cores, so that the delays of
 * golang/go#52433 are rare.
 */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import { MiB } from '../../units.ts'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { ExperimentResult } from '../results.ts'
import { allHold } from './all-hold.ts'
import { GO_LIKE, OURS, type Policy } from './configurations.ts'
import { lateCycles } from './late-cycles.ts'
import { mebibytes, quantileOrNull, rounded, said } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'

const PROCS = 2
const POLICIES = [GO_LIKE, OURS]
const LIST_NODES = 200_000
/** Nodes of 16 bytes: 1, 4 and 16 MiB. */
const TREE_NODES = [2 ** 16, 2 ** 18, 2 ** 20]
const QUICK_TREE_NODES = TREE_NODES.slice(-1)
/** Scan work of a node: its body. */
const WORK_PER_NODE = 12

interface Measured {
  readonly policy: Policy
  readonly treeNodes: number
  readonly late: CycleRecord[]
  readonly others: CycleRecord[]
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const sizes = quick ? QUICK_TREE_NODES : TREE_NODES
  const measured = sizes.flatMap(treeNodes =>
    POLICIES.map((policy): Measured => ({ policy, treeNodes, late: [], others: [] })),
  )
  const rounds = quick ? 2 : 5
  const milliseconds = quick ? 2700 : 2200
  await using runs = new Runs(signal)
  for (let round = 0; round < rounds; round++) {
    for (const { policy, treeNodes, late, others } of measured) {
      progress(
        `late-work: ${policy.name}, tree of ${treeNodes} nodes, round ${round + 1} of ${rounds}`,
      )
      const { record } = await runs.run('hidden-subgraph', policy, {
        procs: PROCS,
        seed: seedOf(seed, round),
        args: [LIST_NODES, treeNodes, milliseconds, seedOf(seed, round)].map(String),
      })
      const found = lateCycles(record.cycles, treeNodes * WORK_PER_NODE)
      for (const cycle of warmCycles(record)) (found.has(cycle.n) ? late : others).push(cycle)
    }
  }
  return resultOf(seed, measured)
}

function overrunOf(cycles: readonly CycleRecord[], share: number): number | null {
  return quantileOrNull(
    cycles.map(({ overrun }) => overrun),
    share,
  )
}

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const largest = Math.max(...measured.map(({ treeNodes }) => treeNodes))
  const [go, ours] = POLICIES.map(policy =>
    measured.find(one => one.policy === policy && one.treeNodes === largest),
  ) as [Measured, Measured]
  const [goLate, goOther] = [overrunOf(go.late, 0.5), overrunOf(go.others, 0.5)]
  const oursLate = overrunOf(ours.late, 1)
  const size = mebibytes(largest * 16)
  const allLate = measured.filter(({ policy }) => policy === OURS).flatMap(({ late }) => late)
  return {
    name: 'late-work',
    issue: 'golang/go#11694',
    title: 'Mark work that is found last',
    found:
      `A tree of ${size} MiB that no cycle expected, found last, lets the heap pass its goal by ${said(mebibytes(goLate))} MiB in the median (Go-like, ` +
      `${go.late.length} cycles; ${said(mebibytes(goOther))} MiB in the others); under ours by ${said(mebibytes(oursLate))} MiB at most (${ours.late.length} cycles).`,
    criterion: {
      says:
        `a tree of ${size} MiB found last lets the heap pass its goal under the Go-like configuration by at least 1 MiB more than in other cycles ` +
        `(medians ${said(mebibytes(goLate))} and ${said(mebibytes(goOther))} MiB), and under ours such a cycle never passes it by more than one request`,
      holds: allHold([
        goLate === null || goOther === null ? null : goLate - goOther >= MiB,
        ours.late.length === 0
          ? null
          : allLate.every(({ overrun, largestRefill }) => overrun <= largestRefill),
      ]),
    },
    seed,
    rows: measured.flatMap(({ policy, treeNodes, late, others }) =>
      (
        [
          ['found last', late],
          ['marked before, or not there', others],
        ] as const
      ).map(([tree, cycles]) => ({
        policy: policy.name,
        P: PROCS,
        'tree MiB': mebibytes(treeNodes * 16),
        tree,
        cycles: cycles.length,
        'overrun p50 MiB': mebibytes(overrunOf(cycles, 0.5)),
        'overrun p90 MiB': mebibytes(overrunOf(cycles, 0.9)),
        'overrun max MiB': mebibytes(overrunOf(cycles, 1)),
        'mark p50 ms': rounded(
          quantileOrNull(
            cycles.map(({ markMs }) => markMs),
            0.5,
          ),
        ),
        'at the gate p50 ms': rounded(
          quantileOrNull(
            cycles.map(({ gateMs }) => gateMs),
            0.5,
          ),
        ),
      })),
    ),
    chart: chartOf(measured),
  }
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const values = measured.flatMap(({ policy, treeNodes, late, others }) =>
    (
      [
        ['found last', late],
        ['marked before, or not there', others],
      ] as const
    ).flatMap(([tree, cycles]) =>
      cycles.map(({ overrun }) => ({
        policy: policy.name,
        size: `${mebibytes(treeNodes * 16)} MiB`,
        tree,
        MiB: mebibytes(overrun),
      })),
    ),
  )
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Cycles by how far the heap was past its goal (golang/go#11694)',
    data: { values },
    facet: {
      row: {
        field: 'policy',
        type: 'nominal',
        title: null,
        header: { labelAngle: 0, labelAlign: 'left' },
      },
    },
    spec: {
      width: 480,
      height: 160,
      mark: { type: 'point', opacity: 0.5 },
      encoding: {
        x: { field: 'MiB', type: 'quantitative', title: 'past the goal, MiB' },
        y: { field: 'size', type: 'ordinal', title: 'size of the tree', sort: null },
        yOffset: { field: 'tree', type: 'nominal' },
        color: { field: 'tree', type: 'nominal', title: 'the tree is', legend: { labelLimit: 0 } },
      },
    },
  }
}

export const experiment: Experiment = {
  name: 'late-work',
  issue: 'golang/go#11694',
  title: 'Mark work that is found last',
  about: `A tree that no cycle expects hangs on the end of a long list, and a goroutine takes it away from there while the list is
marked: it is found when the mark seems to be over. Measures how far the heap passes its goal while the tree is marked, by its
size.`,
  takes: { minutes: 1, quickSeconds: 10 },
  measure,
}
