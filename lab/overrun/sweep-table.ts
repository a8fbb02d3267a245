/**
 * The table of a sweep, with a row for each case. What all cases have in common stands once, above
 * it.
 */
import {
  humanBytes,
  humanCount,
  humanMs,
  humanPercent,
} from 'sawtooth/internal/runtime/report/units'
import { formatTable } from '../table.ts'
import { nameOf } from './cases.ts'
import type { Case } from './results.ts'

type Column = readonly [head: string, cell: (row: Case) => string]

const PARAMETERS: readonly Column[] = [
  ['goal', row => humanBytes(row.goal)],
  ['P', row => String(row.procs)],
  ['busy threads', row => String(row.noise)],
  ['instances', row => String(row.instances ?? 1)],
  ['injected', row => row.injected ?? '-'],
]

const POLICY: readonly Column[] = [
  ['termination', row => (row.runtime === 'go' ? "Go's own" : row.termination)],
  ['gate', row => row.gate],
  ['credit', row => row.credit],
  ['wait', row => row.wait],
]

/** Shown only if some case differs from the default. */
const SCANS: Column = ['stacks by', row => row.stackScans ?? 'owner']

/** A cell that is `-` if the case has no cycle. */
function ofCycles(cell: (row: Case) => string): (row: Case) => string {
  return row => (row.cycles === 0 ? '-' : cell(row))
}

const FOUND: readonly Column[] = [
  ['cycles', row => humanCount(row.cycles)],
  ['p50', ofCycles(({ overrun }) => humanBytes(Math.round(overrun.p50)))],
  ['p90', ofCycles(({ overrun }) => humanBytes(Math.round(overrun.p90)))],
  ['p99', ofCycles(({ overrun }) => humanBytes(Math.round(overrun.p99)))],
  ['max', ofCycles(({ overrun }) => humanBytes(overrun.max))],
  [
    'past least',
    row => (row.pastLeastGoal === undefined ? '-' : humanBytes(row.pastLeastGoal.max)),
  ],
  ['of goal', ofCycles(({ overrun, goal }) => humanPercent(overrun.max / goal))],
  ['bound', row => (row.bound === null ? '-' : humanBytes(row.bound))],
  ['kept', row => (row.held === null ? '-' : row.held ? 'yes' : 'NO')],
  ['rescues', row => String(row.rescues)],
  ['idle', row => (row.idle === undefined ? '-' : humanPercent(row.idle))],
]

/**
 * How the coordinator's 99th percentile compares with Go's, for each case of Go's. Empty without
 * Go.
 */
export function formatAgainstGo(cases: readonly Case[]): string {
  return cases
    .filter(({ runtime }) => runtime === 'go')
    .flatMap(go => {
      const same = (row: Case): boolean =>
        row.goal === go.goal &&
        row.procs === go.procs &&
        row.noise === go.noise &&
        row.instances === go.instances &&
        row.injected === null
      const ours = cases.find(row => isGoLike(row) && same(row))
      if (ours === undefined) return []
      const [ourP99, goP99] = [ours.overrun.p99, go.overrun.p99].map(Math.round) as [number, number]
      const ratio = goP99 === 0 ? '' : `: ${(ourP99 / goP99).toFixed(2)} times`
      return [
        `${humanBytes(go.goal)}, ${go.procs} P, ${go.noise} busy${go.instances === undefined ? '' : `, ${go.instances} instances`}: 99th percentile ${humanBytes(ourP99)}, Go's ${humanBytes(goP99)}${ratio}\n`,
      ]
    })
    .join('')
}

/** What the causes of an overrun are called in a sentence (gc/record/overrun.ts). */
const CAUSES: Readonly<Record<string, string>> = {
  wantedStack: "while a running goroutine's stack waited to be scanned",
  unattended: 'while nobody ended the mark',
  credit: 'on banked credit',
  refill: 'by refills, for no other cause',
  largeObject: 'by requests larger than the room',
  lateTrigger: 'before the cycle began',
}

/**
 * Where the bytes past the goal came from: a line for each case that has some. The causes that made
 * a tenth of them or more, the largest first.
 */
export function formatCauses(cases: readonly Case[]): string {
  return cases
    .flatMap(one => {
      const causes = Object.entries(one.by).sort(([, some], [, others]) => others - some)
      const all = causes.reduce((sum, [, bytes]) => sum + bytes, 0)
      if (all === 0) return []
      const named = causes
        .filter(([, bytes]) => bytes >= all / 10)
        .map(([cause, bytes]) => `${humanPercent(bytes / all)} ${inWords(cause)}`)
      return [`${nameOf(one)}: ${humanBytes(all)} past the goals in all: ${named.join(', ')}\n`]
    })
    .join('')
}

function inWords(cause: string): string {
  return CAUSES[cause] ?? cause.replace(/^stall:/, 'with a P away at ')
}

/**
 * What held Ps up in the gaps of each case: a line for each case that has gaps. What is left the
 * thread ran or slept.
 */
export function formatGaps(cases: readonly Case[]): string {
  return cases
    .flatMap(one => {
      const { gaps } = one
      if (gaps === undefined) return []
      const { ms, unknownMs, offCpuMs, v8Ms } = gaps
      const share = (part: number): string => humanPercent(part / (ms - unknownMs))
      const found =
        ms === unknownMs
          ? 'what held Ps up is not known'
          : `${share(offCpuMs)} off the CPU, ${share(v8Ms)} in V8's collector`
      const rest = unknownMs === 0 ? '' : `; without ${humanMs(unknownMs)} of which it is not known`
      return [
        `${nameOf(one)}: gaps of ${humanMs(ms)} in all: ${found}${ms === unknownMs ? '' : rest}\n`,
      ]
    })
    .join('')
}

function isGoLike({
  runtime,
  termination,
  gate,
  credit,
  wait,
  stackScans = 'owner',
}: Case): boolean {
  return (
    runtime === 'sawtooth' &&
    termination === 'coordinator' &&
    gate === 'off' &&
    credit === 'go' &&
    wait === 'sleep' &&
    stackScans === 'owner'
  )
}

/**
 * The columns from `p50` to `max` are bytes past a cycle's own goal. `past least` is the worst past
 * the smallest of these goals, and `of goal` compares `max` with the case's goal. `idle`
 * is the share of all cores' time that nothing used.
 */
export function formatSweep(cases: readonly Case[]): string {
  const isShared = ([, cell]: Column): boolean => new Set(cases.map(cell)).size <= 1
  const first = cases[0]
  if (first === undefined) return ''
  const shared = PARAMETERS.filter(isShared).map(([head, cell]) => `${head} ${cell(first)}`)
  const areScans = cases.some(({ stackScans = 'owner' }) => stackScans !== 'owner')
  const columns = [
    ...PARAMETERS.filter(column => !isShared(column)),
    ...POLICY,
    ...(areScans ? [SCANS] : []),
    ...FOUND,
  ]
  const table = formatTable(
    columns.map(([head]) => head),
    cases.map(row => columns.map(([, cell]) => cell(row))),
  )
  const notes = [
    "Heap past its cycle's own goal when marking ends; past least: the worst, past the smallest of these goals.",
  ]
  if (shared.length > 0) notes.push(`All: ${shared.join(', ')}.`)
  if (cases.some(({ runtime }) => runtime === 'go'))
    notes.push(
      "Go's figures are those of its gcpacertrace, to the byte; a cycle that it leaves out allocated nothing while it marked.",
    )
  return `${notes.join(' ')}\n\n${table}`
}
