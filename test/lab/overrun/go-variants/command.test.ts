import { expect, test, vi } from 'vitest'
import { goCommand } from '../../../../lab/overrun/go-variants/command.ts'
import {
  COUNTERPARTS,
  type CounterpartRow,
} from '../../../../lab/overrun/go-variants/counterparts.ts'
import { criteriaOf } from '../../../../lab/overrun/go-variants/criterion.ts'
import { countedCycles, type GoVariantRow } from '../../../../lab/overrun/go-variants/measure.ts'
import { parseGoOptions } from '../../../../lab/overrun/go-variants/options.ts'
import { goVariantsPage } from '../../../../lab/overrun/go-variants/page.ts'
import { besideRows, cellsOf, timeCellsOf } from '../../../../lab/overrun/go-variants/results.ts'
import { tracedCyclesIn } from '../../../../lab/overrun/go-variants/traced-cycles.ts'
import { KiB, MiB } from '../../../../memory/units.ts'

const { signal } = new AbortController()

test.each([
  [
    ['--variants', 'base,wall'],
    "--variants must be a list of base, gate, gate-drains, gate-parks, gate-when-idle, gate-firm, reserve, capped, takes-over, not 'wall'",
  ],
  [['--goal', '1MiB'], "--goal must be a list of sizes from 4MiB to 512MiB, not '1MiB'"],
  [['--procs', '0'], "--procs must be a whole number from 1 to 64, not '0'"],
  [['--noise', 'much'], "--noise must be a whole number from 0 to 64, not 'much'"],
  [['--rounds', '0'], "--rounds must be a whole number from 1 to 1000, not '0'"],
  [['--seconds', '0'], "--seconds must be a number above 0, up to 3600, not '0'"],
  [['--seed', '1'], "overrun go: --seed is of Sawtooth's runs: it needs --with-sawtooth"],
  [
    ['--with-sawtooth', '--seed=-1'],
    "--seed must be a whole number from 0 to 4294967295, not '-1'",
  ],
  [['--goroot', '/nowhere'], '/nowhere is no folder of Go, it has no VERSION'],
])('%j is refused before anything is copied, with what is allowed', async (argv, message) => {
  await expect(goCommand(argv, signal)).rejects.toThrow(message)
})

test('lists have each item once; without options the gate is measured beside Go as it is', () => {
  expect(parseGoOptions(['--procs', '2,4,2', '--goal', '8MiB,8192KiB'])).toMatchObject({
    variants: ['base', 'gate'],
    procs: [2, 4],
    goals: [8 * MiB],
    noises: [0],
    rounds: 3,
    seconds: 5,
    goroot: null,
  })
})

test('--help says what is measured, and has an example', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    expect(await goCommand(['--help'], signal)).toBe(0)
    expect(String(write.mock.calls[0]?.[0])).toMatch(
      /--variants NAME[\s\S]*--goroot DIR[\s\S]*--json FILE[\s\S]*Example:\n {2}sawtooth overrun go /,
    )
  } finally {
    write.mockRestore()
  }
})

const ourLine = (
  past: number,
  times = '0 roots, 0 work, 0 barrier, 0 stop, 0 late; 1 tries, 0 restarts, 0 limited',
) => `past goal: ${past} B of 5000000, 2097152 marked; ${times}`

test('a cycle has its own line, which comes first; only those behind the forced one count', () => {
  const trace = [
    ourLine(7),
    'gc 1 @0.000s 11%: 0.2+3+0.1 ms clock, 4 MB goal, 4 P (forced)',
    'pacer: something else',
    ourLine(0),
    'gc 2 @0.007s 8%: 0.9+2+1.5 ms clock, 4 MB goal, 4 P',
    ourLine(4096, '1 roots, 2 work, 3 barrier, 4 stop, 5 late; 7 tries, 6 restarts, 1 limited'),
    'gc 3 @0.016s 4%: 0.1+1+12 ms clock, 4 MB goal, 4 P',
  ].join('\n')
  const cycles = tracedCyclesIn(trace)
  expect(cycles.map(({ pastGoal }) => pastGoal)).toEqual([7, 0, 4096])
  expect(cycles[2]).toEqual({
    isForced: false,
    pastGoal: 4096,
    past: { roots: 1, work: 2, barrier: 3, stop: 4, late: 5 },
    tries: 7,
    restarts: 6,
    isLimited: true,
    heap: 5_000_000,
    marked: 2 * MiB,
    pausesUs: [100, 12_000],
  })
  expect(countedCycles(cycles).map(({ pastGoal }) => pastGoal)).toEqual([0, 4096])
  expect(tracedCyclesIn('gc 1 @0.000s 11%: 0.2+3+0.1 ms clock, 4 P\n')).toEqual([])
  expect(countedCycles(cycles.slice(1))).toEqual([])
})

const row = (variant: GoVariantRow['variant'], max: number): GoVariantRow => ({
  variant,
  goal: 4 * MiB,
  procs: 4,
  noise: 0,
  cycles: 2,
  pastGoal: { p50: 0, p90: 2 * KiB, p99: 3 * KiB, max },
  pastGoals: [0, max],
  limited: 0,
  worstUnlimited: max,
  past: { roots: 0, work: max / 4, barrier: max / 2, stop: 0, late: max / 4 },
  tries: 3,
  restarts: 1,
  objectsPerSecond: 12_345_678,
})

test('a gate must keep 32 KiB a P, and reserve an object; nothing is asked of the others', () => {
  expect(criteriaOf([row('reserve', 16), row('reserve', 17)]).map(one => one.holds)).toEqual([
    true,
    false,
  ])
  const rows = [row('base', 9 * MiB), row('gate', 128 * KiB), row('gate-when-idle', 9 * MiB)]
  expect(criteriaOf(rows).map(one => one.holds)).toEqual([true])
  expect(criteriaOf([row('gate-parks', 128 * KiB + 1)])).toMatchObject([
    { says: expect.stringContaining('gate-parks, 4 P, '), holds: false },
  ])
})

test('a cycle that the CPU limiter limited passes its goal, but not where the gate is firm', () => {
  const limited = { limited: 1, worstUnlimited: KiB }
  expect(criteriaOf([{ ...row('gate', 9 * MiB), ...limited }])).toMatchObject([
    { says: expect.stringMatching(/1 cycles; .*limiter limited 1 more$/), holds: true },
  ])
  expect(criteriaOf([{ ...row('gate-firm', 9 * MiB), ...limited }])).toMatchObject([
    { says: expect.stringContaining('2 cycles; '), holds: false },
  ])
})

test('a row says its bytes in KiB, and its throughput in millions', () => {
  expect(cellsOf(row('gate', 30 * KiB)).join(' ')).toBe('gate 4 4 0 2 0 2 3 30 0 30 12.3')
  expect(timeCellsOf(row('base', 9 * MiB)).join(' ')).toBe('base 4 4 0 9.0 0 25 50 0 25 1.5 1')
  expect(timeCellsOf(row('gate', 0)).join(' ')).toBe('gate 4 4 0 0.0 0 0 0 0 0 1.5 1')
})

const beside = (variant: GoVariantRow['variant'], p99: number): CounterpartRow => ({
  variant,
  policy: COUNTERPARTS[variant] ?? expect.fail(`${variant} has no counterpart`),
  limited: 2,
  worstUnlimited: 64 * KiB,
  goal: 4 * MiB,
  procs: 4,
  noise: 0,
  cycles: 7,
  pastGoal: { p50: KiB, p90: KiB, p99, max: p99 },
})

test('a variant of Go stands beside its policy in Sawtooth, each in percent of its own base', () => {
  const rows = [row('base', MiB), row('gate', 8 * KiB), row('gate-when-idle', 0)]
  const counterparts = [beside('base', 2 * MiB), beside('gate', MiB)]
  expect(besideRows({ rows, counterparts }).map(cells => cells.join(' '))).toEqual([
    'base 4 4 0 0 3 1024 100 coordinator/off/go 7 1 2048 2048 100 2 64',
    'gate 4 4 0 0 3 8 100 coordinator/goal/go 7 1 1024 1024 50 2 64',
  ])
  expect(besideRows({ rows, counterparts: counterparts.slice(1) })[0]?.at(-3)).toBe('-')
  expect(COUNTERPARTS['gate-when-idle']).toBeUndefined()
})

test('the page has a chart for each situation, the table and the verdicts', async () => {
  const rows = [row('base', 9 * MiB), row('gate', 30 * KiB), { ...row('gate', 0), procs: 2 }]
  const text = await goVariantsPage({
    schema: 2,
    machine: { cpu: 'a CPU', cores: 2, platform: 'linux x64', node: 'v20', go: 'go1.19.8' },
    command: 'sawtooth overrun go --procs 2,4',
    load: [1.5, 2.5],
    rows,
    counterparts: [beside('base', 5 * KiB)],
    seed: 7,
    criteria: criteriaOf(rows),
  })
  expect(text.match(/<svg /g)).toHaveLength(2)
  for (const part of [
    'load 1.5 before, 2.5 after; seed 7',
    'coordinator/off/go',
    'max KiB',
    'barrier %',
    '9216',
    'sawtooth overrun go --procs',
  ])
    expect(text).toContain(part)
  expect(text.match(/class="holds">ok</g)).toHaveLength(2)
})
