// What golang/go#14951 says, as far as it holds in the simulators. The figures: docs/pacer-lab.md.
import { describe, expect, test } from 'vitest'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import {
  creditShare,
  cyclesPerGiB,
  growthUsed,
  lastEstimate,
  liveEstimate,
  middle,
  middleOrNull,
  runwayUsed,
  scannedPerByte,
  spread,
  whileMarking,
} from '../../../../lab/pacers/soft-goal/measures.ts'
import {
  type Cycle,
  type Played,
  play,
  type SoftGoalEngine,
} from '../../../../lab/pacers/soft-goal/play.ts'
import {
  BAD,
  BEST,
  GOOD,
  lawOfCpu,
  lawOfH,
  questions,
} from '../../../../lab/pacers/soft-goal/questions.ts'
import { softGoalHtml } from '../../../../lab/pacers/soft-goal/report.ts'
import { answerOf, cellOf } from '../../../../lab/pacers/soft-goal/results.ts'

const SEED = 1
const CURVE = 'go1.5:curve=1'

/** A played task by its name: questions and tests share them. */
const playedOnce = new Map<string, Promise<Played>>()
function played(
  pacer: string,
  scenario: string,
  engine: SoftGoalEngine = 'stepped',
): Promise<Played> {
  const key = `${engine} ${scenario} ${pacer}`
  const task = { pacer, engine, scenario: `soft-goal/${scenario}` }
  const found = playedOnce.get(key) ?? play(task, { seed: SEED, procs: null })
  playedOnce.set(key, found)
  return found
}

const h = middle(runwayUsed)
const cpu = middle(({ utilization }) => utilization)

describe('a steady heap whose assists take all of it for live', () => {
  // Truncated steps, and what is allocated black, move it by some hundredths.
  test.each([25, 50, 100, 200, 400, 800])(
    'ends its mark at 100/(100 + GOGC) of the way: GOGC %d',
    async gogc => {
      const one = await played(BAD, `gogc-${gogc}`)
      expect(Math.abs(h(one) - lawOfH(one))).toBeLessThan(0.035)
    },
  )

  test('takes a quarter of the CPU over that, as far as its trigger is below the limit', async () => {
    for (const gogc of [25, 50, 100, 200]) {
      const one = await played(BAD, `gogc-${gogc}`)
      expect(Math.abs(cpu(one) - lawOfCpu(one)), `GOGC ${gogc}`).toBeLessThan(0.02)
    }
    // More than all of the CPU cannot be had.
    const beyond = await played(BAD, 'gogc-400')
    expect(lawOfCpu(beyond)).toBeGreaterThan(1)
    expect(cpu(beyond)).toBeLessThan(0.75)
  })
})

describe('with a soft and a hard goal', () => {
  test('a steady heap comes near its goal, at near a quarter of the CPU', async () => {
    const [bad, good] = [await played(BAD, 'gogc-100'), await played(GOOD, 'gogc-100')]
    expect(h(good)).toBeGreaterThan(h(bad) + 0.35)
    expect(cpu(good)).toBeLessThan(cpu(bad) - 0.18)
    // It runs less often, scans less for each byte, and marks for longer.
    expect(cyclesPerGiB(good)).toBeLessThan(0.85 * cyclesPerGiB(bad))
    expect(scannedPerByte(good)).toBeLessThan(0.85 * scannedPerByte(bad))
    expect(middle(whileMarking)(good)).toBeGreaterThan(1.8 * middle(whileMarking)(bad))
  })

  test('under noise the variance moves from the CPU to the heap, and a fifth for workers takes some of it back', async () => {
    const [bad, good, best] = (await Promise.all(
      [BAD, GOOD, BEST].map(pacer => played(pacer, 'gogc-100', 'noisy')),
    )) as [Played, Played, Played]
    const [ofH, ofCpu] = [spread(runwayUsed), spread(({ utilization }) => utilization)]
    expect(ofH(good)).toBeGreaterThan(3 * ofH(bad))
    expect(ofCpu(good)).toBeLessThan(0.8 * ofCpu(bad))
    expect(ofH(best)).toBeLessThan(0.8 * ofH(good))
    expect(cpu(best)).toBeLessThan(cpu(good))
  })
})

describe('the adjusted error curve', () => {
  test('is content half way to the goal, at a quarter of the CPU', async () => {
    const one = await played(CURVE, 'gogc-100')
    expect(h(one)).toBeCloseTo(0.5, 1)
    expect(cpu(one)).toBeCloseTo(0.25, 2)
  })

  test('runs more cycles than the soft goal', async () => {
    for (const scenario of ['gogc-100', 'gogc-400', 'gogc-800', 'fast-gogc-100', 'fast-gogc-400']) {
      const [curve, soft] = [await played(CURVE, scenario), await played(GOOD, scenario)]
      expect(cyclesPerGiB(curve), scenario).toBeGreaterThan(1.2 * cyclesPerGiB(soft))
    }
  })

  test('leaves much of a large GOGC unused, the more the faster the program allocates', async () => {
    const used = middle(growthUsed)
    const [slow, fast] = [await played(CURVE, 'gogc-400'), await played(CURVE, 'fast-gogc-400')]
    expect(used(slow)).toBeLessThan(0.8)
    expect(used(fast)).toBeLessThan(0.55)
    expect(used(await played(GOOD, 'fast-gogc-400'))).toBeGreaterThan(0.95)
  })
})

describe('a bound on the assist ratio', () => {
  test('is kept by the first ratio of a cycle, and costs runway and cycles', async () => {
    const first = middleOrNull(({ firstRatio }) => firstRatio)
    const [bounded, free] = [
      await played(`${GOOD},assist=2`, 'gogc-100'),
      await played(GOOD, 'gogc-100'),
    ]
    expect(first(free)).toBeGreaterThan(3)
    expect(first(bounded)).toBeLessThanOrEqual(2)
    expect(middle(growthUsed)(bounded)).toBeLessThan(middle(growthUsed)(free) - 0.05)
    expect(cyclesPerGiB(bounded)).toBeGreaterThan(1.05 * cyclesPerGiB(free))
  })
})

describe('floating garbage', () => {
  test('its four formulas are one: l = (H_a·m + H_a·H_T − H_a²)/H_T', () => {
    const [trigger, peak, marked] = [30, 40, 25]
    const { postMarked, share, preMarked, live } = liveEstimate({ trigger, peak }, marked)
    expect([postMarked, share, preMarked]).toEqual([15, 0.5, 5])
    expect(live).toBe((peak * marked + peak * trigger - peak * peak) / trigger)
  })

  test('the estimate is what the pacer makes its goal of', async () => {
    const pacer = `${GOOD},floating=1`
    const [run = []] = (await played(pacer, 'gogc-100')).runs
    const [cycle, next] = run.slice(-2) as [Cycle, Cycle]
    // GOGC is 100.
    expect(next.goal / 2).toBeCloseTo(liveEstimate(cycle, next.heapLive).live, -1)
  })

  test('it lies between what was marked before the trigger, which lives here, and all that was marked', async () => {
    for (const scenario of ['gogc-100', 'fast-gogc-100']) {
      const { marked, live, postMarked, truth } = lastEstimate(await played(GOOD, scenario))
      expect(postMarked).toBe(truth)
      expect(live).toBeGreaterThan(truth)
      expect(live).toBeLessThan(marked)
    }
  })

  test('accounted for, a steady heap ends at its goal with a quarter of the CPU; its goal is lower, and it runs more cycles', async () => {
    const [plain, accounted] = [
      await played(GOOD, 'gogc-100'),
      await played(`${GOOD},floating=1`, 'gogc-100'),
    ]
    expect(h(accounted)).toBeCloseTo(1, 2)
    expect(cpu(accounted)).toBeCloseTo(0.25, 2)
    const peakByLive = middle(({ peak, live }) => peak / live)
    expect(peakByLive(accounted)).toBeLessThan(peakByLive(plain) - 0.1)
    expect(cyclesPerGiB(accounted)).toBeGreaterThan(1.15 * cyclesPerGiB(plain))
  })
})

describe('work credit as a signal', () => {
  const credit = `${GOOD},credit=1`

  test('is none where goroutines assist, and there it changes nothing', async () => {
    const [plain, signalled] = [await played(GOOD, 'gogc-100'), await played(credit, 'gogc-100')]
    expect(middle(creditShare)(plain)).toBeLessThan(1e-4)
    expect(h(signalled)).toBeCloseTo(h(plain), 3)
  })

  test('under noise it makes cycles start later: less runway is left, and assists take more', async () => {
    const [plain, signalled] = [
      await played(GOOD, 'gogc-100', 'noisy'),
      await played(credit, 'gogc-100', 'noisy'),
    ]
    expect(middle(creditShare)(signalled)).toBeLessThan(middle(creditShare)(plain) / 2)
    expect(h(signalled)).toBeGreaterThan(h(plain) + 0.02)
    expect(cpu(signalled)).toBeGreaterThan(cpu(plain) + 0.02)
  })
})

test('each simulated task has a row in each table that asks for it, and each cell a number', async () => {
  for (const question of questions) {
    const tasks = question.tasks.filter(({ engine }) => engine !== 'real')
    const all = await Promise.all(
      tasks.map(({ pacer, scenario, engine }) =>
        played(pacer, scenario.replace('soft-goal/', ''), engine),
      ),
    )
    const { rows, columns } = answerOf(question, all)
    expect(rows.length, question.name).toBe(tasks.length)
    for (const row of rows)
      for (const column of columns) expect(cellOf(row, column)).toMatch(/^-?\d+(\.\d+)?$/)
  }
})

test('each pacer of the tables is built in', () => {
  for (const { pacer } of questions.flatMap(({ tasks }) => tasks))
    expect(() => pacerNamed(pacer)).not.toThrow()
})

test('the report draws bad, good and best, and simulated beside real', async () => {
  const simulated = await Promise.all([BAD, GOOD, BEST].map(pacer => played(pacer, 'gogc-100')))
  // A real heap cannot be run here: its place is taken by the noisy engine's first run.
  const noisy = await Promise.all(
    [BAD, GOOD, BEST].map(pacer => played(pacer, 'gogc-100', 'noisy')),
  )
  const all = [...simulated, ...noisy]
  const page = await softGoalHtml({
    schema: 1,
    machine: { cpu: 'a', cores: 2, platform: 'b', node: 'c', go: null },
    ...{ command: 'sawtooth pacers soft-goal', seed: SEED, failed: [] },
    answers: questions.map(question => answerOf(question, all)),
    played: all,
  })
  for (const pacer of [BAD, GOOD, BEST]) expect(page).toContain(`<h3>${pacer}</h3>`)
  expect(page.match(/aria-label="The cycles of /g)).toHaveLength(all.length)
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
})
