// Runs that harm themselves at every fault point: they lose no object, do not hang, and need no
// net. A counter proves that each fault struck.
//   npx vitest run --project long test/threads/faults.test.ts
//     every point by itself, more harm at each, and a P that dies at each
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FaultPoint } from '../../memory/fault-points.ts'
import { FAULT_POINTS } from '../../memory/fault-points.ts'
import { faultPoints } from '../../runtime/options/faults.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, sampled, seed } from '../support/size.ts'

const RACES = 'test/stress/programs/races.ts'
const CROWD = 'test/stress/programs/crowd.ts'
const GRAPH = 'test/stress/programs/random-graph.ts'

interface Wanted {
  readonly program: string
  readonly options: {
    readonly procs: number
    readonly fault: readonly string[]
    readonly args: readonly string[]
    readonly zeal?: string
    readonly gogc?: number
    readonly termination?: 'coordinator'
    readonly gate?: 'off'
    readonly seed?: number
    readonly schedule?: string
  }
}

interface Answer {
  readonly exit: number
  readonly message: string | null
  readonly rescues: number
  readonly cycles: number
  readonly ms: number
  /** Samples of the share of a CPU that the Ps used, the smallest first. */
  readonly shares: readonly number[]
  readonly strikes: Readonly<Record<string, number>>
  readonly passes: Readonly<Record<string, number>>
}

/** The limit for all runs of a test: in the large size there are hundreds. */
const limitMs = isLong ? 20 * HANG_MS : 2 * HANG_MS

async function carryOut(runs: readonly Wanted[], nodeOptions = ''): Promise<Answer[]> {
  return inScratch(async scratch => {
    const file = join(scratch, 'runs.json')
    writeFileSync(file, JSON.stringify(runs))
    const env = { GODEBUG: 'gccheckmark=1', NODE_OPTIONS: nodeOptions }
    return (
      await runHost<Answer[]>(threadsFile('programs/fault-runs.ts'), [file], { env, limitMs })
    ).answer
  })
}

const races = (procs: number, fault: readonly string[], steps = 40): Wanted => ({
  program: RACES,
  options: { procs, fault, zeal: '3,concurrent', seed, args: [String(seed), String(steps), '3'] },
})
const crowd = (procs: number, fault: readonly string[], rounds = 40): Wanted => ({
  program: CROWD,
  options: { procs, fault, gogc: 20, seed, args: [String(seed), String(rounds), '6'] },
})

/** The goal is hardly above what lives, so that requests wait at the gate. */
const gated = (fault: readonly string[], rounds = 40): Wanted => {
  const wanted = crowd(4, fault, rounds)
  return { ...wanted, options: { ...wanted.options, gogc: 1 } }
}

/** The same under Go's protocol, without a gate. */
const underGo = ({ program, options }: Wanted): Wanted => ({
  program,
  options: { ...options, termination: 'coordinator', gate: 'off' },
})

const greyLate = (fault: readonly string[]): Wanted => {
  const late = crowd(
    2,
    [...fault, 'work/take-empty:fail:p=0.8', 'mark-termination/after-barrier:stall=1ms'],
    12,
  )
  return underGo({ ...late, options: { ...late.options, zeal: '7,concurrent' } })
}

/** Points that a run comes to only with a program of their own, or with other faults. */
const SPECIAL: Partial<Record<FaultPoint, (fault: string) => Wanted>> = {
  'gate/wait': fault => gated([fault]),
  'large-allocation': fault => crowd(2, [fault]),
  'dedicated-worker/start': fault => crowd(4, [fault]),
  'dedicated-worker/park': fault => crowd(4, [fault]),
  // A root job that takes longer than a slice: the worker offers its role after it.
  'dedicated-worker/offer': fault => crowd(4, [fault, 'mark/root:stall=12ms:p=0.3'], 60),
  'dedicated-worker/take': fault => crowd(4, [fault, 'mark/root:stall=12ms:p=0.3'], 60),
  'goroutine/wait-for-scan': fault => races(3, [fault, 'mark/stack:stall=2ms:p=0.3'], 100),
  'mark-termination/published': fault => races(3, [fault, 'mark/stack:stall=2ms:p=0.3'], 100),
  'mark-termination/in-barrier': fault => crowd(4, [fault, 'barrier/serve:stall=1ms:p=0.3']),
  'barrier/full': fault => crowd(2, [fault], 60),
  // An object becomes grey between the ragged barrier and the stop and is not published
  // (golang/go#27993): that happens where work buffers are refused.
  'mark-termination/restarted': fault => greyLate([fault]),
  'assist/wait': fault => races(3, [fault, 'mark/root:stall=1ms:p=0.5'], 100),
  'assist/wake': fault => races(3, [fault, 'mark/root:stall=1ms:p=0.5'], 100),
}

const points = FAULT_POINTS
/** Where only Go's protocol comes. */
const GO_POINTS = /^mark-termination\/(?:enter|(?:before|in|after)-barrier|published|leave)$/

/** Points that are harmed by themselves: each, or one of ten, which the seed chooses. */
const harmedAlone = sampled(points, 10)

/**
 * Runs that each harm one point in the same way. They have 2, 3 and 4 Ps in turn, where the point
 * does not ask for a number.
 */
const alone = (harm: string): Wanted[] =>
  harmedAlone.map((point, index) => {
    const run = (SPECIAL[point] ?? (fault => races(2 + (index % 3), [fault])))(`${point}:${harm}`)
    return GO_POINTS.test(point) ? underGo(run) : run
  })

function expectSound(runs: readonly Wanted[], answers: readonly Answer[]): void {
  expect(answers).toHaveLength(runs.length)
  for (const [index, { exit, message, rescues, cycles }] of answers.entries())
    expect(
      [exit, message, rescues, cycles > 0],
      `seed ${seed}: ${JSON.stringify(runs[index])}`,
    ).toEqual([0, null, 0, true])
}

test.each(isLong ? ['stall=3ms:p=0.2', 'stall=1ms', 'yield'] : ['stall=1ms:p=0.3'])(
  'a point harmed alone (%s): nothing is lost, nothing hangs',
  async harm => {
    const runs = alone(harm)
    const answers = await carryOut(runs)
    expectSound(runs, answers)
    const strikes = harmedAlone.map((point, index) => answers[index].strikes[point])
    console.log(
      `${harmedAlone.length} points, ${strikes.filter(count => count > 0).length} struck, ${strikes.reduce((sum, count) => sum + count)} times`,
    )
    // On threads it is chance which points are struck at all. Under a schedule it is not, so one of
    // a few is enough.
    const least = isLong ? harmedAlone.length / 2 : 0
    expect(strikes.filter(count => count > 0).length, 'points struck').toBeGreaterThan(least)
  },
)

test('under a schedule every point is struck, the same number of times each time', async () => {
  const scheduled = ({ program, options }: Wanted, schedule: string): Wanted => ({
    program,
    options: { ...options, schedule },
  })
  const all = points.map(point => `${point}:stall=50us`)
  const slow = [
    'mark/root:stall=12ms:p=0.5',
    'mark/stack:stall=1ms:p=0.3',
    'barrier/serve:stall=1ms:p=0.3',
  ]
  const busy = crowd(2, [...all, ...slow], 12)
  const runs = [
    scheduled(races(3, [...all, ...slow], 40), 'random'),
    scheduled(races(3, [...all, ...slow], 80), 'pct:changes=40,turns=60000'),
    scheduled(underGo(races(3, [...all, ...slow], 80)), 'pct:changes=40,turns=60000'),
    scheduled(gated([...all, ...slow], 12), 'pct:changes=40,turns=60000'),
    scheduled(
      { ...busy, options: { ...busy.options, zeal: '2,concurrent' } },
      'round-robin:switches=60',
    ),
    scheduled(greyLate(['mark-termination/restarted:yield']), 'pct'),
  ]
  const answers = await carryOut(runs, '--conditions=controlled')
  expectSound(runs, answers)
  const counts = Object.fromEntries(
    points.map(point => [point, answers.map(({ strikes }) => strikes[point])]),
  )
  const missed = points.filter(point => counts[point].every(count => count === 0))
  expect(missed, `points that no fault struck: ${JSON.stringify(counts)}`).toEqual([])
})

test('all points at once: nothing is lost, nothing hangs', async () => {
  const harms = isLong
    ? ['yield:p=0.1', 'stall=1ms:p=0.01', 'stall=3ms:p=0.02', 'yield']
    : ['stall=1ms:p=0.02']
  const runs = harms.flatMap(harm => {
    const all = FAULT_POINTS.map(point => `${point}:${harm}`)
    const graph = { procs: 4, fault: all, gogc: 5, seed, args: [String(seed), '4000', '4'] }
    const two = [races(3, all), crowd(4, all)]
    return isLong ? [...two, crowd(2, all), { program: GRAPH, options: graph }] : two
  })
  const answers = await carryOut(runs)
  expectSound(runs, answers)
  const struck = FAULT_POINTS.filter(point => answers.some(({ strikes }) => strikes[point] > 0))
  console.log(
    `${struck.length} of ${FAULT_POINTS.length} points struck in one of ${runs.length} runs`,
  )
  // On threads it is chance which points two runs strike. The schedules strike all of them.
  expect(struck.length).toBeGreaterThan(FAULT_POINTS.length / (isLong ? 2 : 4))
})

test('what may be refused is refused now and then: the run goes on', async () => {
  const refusable = FAULT_POINTS.filter(point => faultPoints[point].mayFail === true)
  expect(refusable).toEqual(['refill', 'large-allocation', 'work/take-empty'])
  const rounds = isLong ? 40 : 20
  const runs = refusable.flatMap(point => [
    crowd(2, [`${point}:fail:p=0.2`], rounds),
    crowd(4, [`${point}:fail:nth=2`], rounds),
  ])
  const always = races(3, ['work/take-empty:fail'])
  const answers = await carryOut([...runs, always])
  expectSound([...runs, always], answers)
  for (const [index, { strikes }] of answers.entries())
    expect(
      strikes[refusable[Math.min(index >> 1, 2)]],
      JSON.stringify(runs[index]),
    ).toBeGreaterThan(0)
})

/** Points, and the P that dies there. Null stands for the P that comes there twice. */
const deaths: readonly (readonly [FaultPoint, number | null])[] = isLong
  ? points.map(point => [point, null])
  : [
      ['stop/acknowledge', 1],
      ['sleep/wait', 2],
      ['mark-termination/before-stop', null],
    ]

test('a P that dies at a point ends the run, and is named', async () => {
  const runs = deaths.map(([point, where]) =>
    (SPECIAL[point] ?? (fault => races(3, [fault])))(
      `${point}${where === null ? '' : `@p${where}`}:exit:nth=2`,
    ),
  )
  const answers = await carryOut(runs)
  for (const [index, { exit, message, strikes }] of answers.entries()) {
    // In the large size no P may pass some points twice. Then nothing is shown.
    const [point, where] = deaths[index]
    if (isLong && strikes[point] === 0) continue
    expect(exit, JSON.stringify(runs[index])).toBe(3)
    expect(message, JSON.stringify(runs[index])).toMatch(new RegExp(`^P ${where ?? '\\d'} died`))
  }
})

/**
 * The points at which a stalled P makes others wait: for a stop, a ragged barrier, the end of a
 * stop, of the mark or of the sweep, or a lock.
 */
const HOLD_UPS: readonly string[] = [
  'stop/acknowledge@p1',
  'barrier/serve@p1',
  'mark-termination/stopped',
  'stop/restart',
  'sweep/span',
  'pages/locked',
]

/** The share of a CPU below which this part of a run's samples lies. */
function shareAt({ shares }: Answer, part: number): number {
  return shares[Math.floor(shares.length * part)] ?? Number.NaN
}

/**
 * The point at which a P is stalled that has raised a stop. It makes no P wait: a P that finds no P
 * running acts in its place.
 */
const RAISER = 'stop/raised@p0'
const STALL_MS = 100

test('while one P is stalled for 100 ms the others, having nothing to do, use under a tenth of a CPU', async () => {
  // With this many cycles the P passes each point as often as it is to be stalled there. A single
  // stall gives too few samples.
  const heldUp = (fault: readonly string[], cycles = 60): Wanted => ({
    program: threadsFile('programs/held-up.ts'),
    options: { procs: 4, fault, seed, args: [String(cycles)] },
  })
  const passes = Array.from({ length: 6 }, (_, index) => index + 1)
  const holdUps = sampled(HOLD_UPS, 6)
  const stalls = [...holdUps, RAISER].map(place => {
    const run = heldUp(passes.map(nth => `${place}:stall=${STALL_MS}ms:nth=${nth}`))
    return place.startsWith('barrier/serve') ? underGo(run) : run
  })
  // The first runs compile.
  const runs = [heldUp([], 50), heldUp([], 50), ...stalls]
  const answers = await carryOut(runs)
  expectSound(runs, answers)
  // The measure must see what is used: on a busy machine the Ps have a CPU only at times.
  expect(answers[1].shares.at(-1), 'of a CPU, where nothing is stalled').toBeGreaterThan(0.1)
  for (const [index, answer] of answers.slice(2, -1).entries()) {
    const place = holdUps[index]
    const { strikes, ms } = answer
    const stalledMs = strikes[place.replace(/@.*/, '')] * STALL_MS
    expect(stalledMs, place).toBeGreaterThan(0)
    // The Ps use least during the stall. Its samples are the smallest, and this takes the middle
    // one.
    const share = shareAt(answer, Math.min(1, stalledMs / ms) / 2)
    console.log(
      `${place}: stalled for ${stalledMs} of ${ms.toFixed(0)} ms; meanwhile the Ps used ${(100 * share).toFixed(1)} % of a CPU`,
    )
    expect(share, place).toBeLessThan(0.1)
  }
  // A P that is to raise a stop beside one that is raised, and of which no P was told, waits for
  // that one: it takes some tries, and not a million.
  const { passes: counted } = answers[answers.length - 1]
  console.log(
    `${RAISER}: ${counted['stop/raise']} tries to raise a stop, ${counted['stop/raised']} raised`,
  )
  expect(counted['stop/raise']).toBeLessThan(5 * counted['stop/raised'])
})
