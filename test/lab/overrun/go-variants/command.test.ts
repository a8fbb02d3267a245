import { expect, test, vi } from 'vitest'
import { goCommand } from '../../../../lab/overrun/go-variants/command.ts'
import { criteriaOf } from '../../../../lab/overrun/go-variants/criterion.ts'
import { type GoVariantRow, pastGoalsIn } from '../../../../lab/overrun/go-variants/measure.ts'
import { parseGoOptions } from '../../../../lab/overrun/go-variants/options.ts'
import { goVariantsPage } from '../../../../lab/overrun/go-variants/page.ts'
import { cellsOf } from '../../../../lab/overrun/go-variants/results.ts'
import { KiB, MiB } from '../../../../memory/units.ts'

const { signal } = new AbortController()

test.each([
  [
    ['--variants', 'base,wall'],
    "--variants must be a list of base, gate, gate-when-idle, reserve, capped, takes-over, not 'wall'",
  ],
  [['--goal', '1MiB'], "--goal must be a list of sizes from 4MiB to 512MiB, not '1MiB'"],
  [['--procs', '0'], "--procs must be a whole number from 1 to 64, not '0'"],
  [['--noise', 'much'], "--noise must be a whole number from 0 to 64, not 'much'"],
  [['--rounds', '0'], "--rounds must be a whole number from 1 to 1000, not '0'"],
  [['--seconds', '0'], "--seconds must be a number above 0, up to 3600, not '0'"],
  [['--seed', '1'], "overrun go: Unknown option '--seed'"],
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

test('only cycles behind the one that the program asks for count, each with its own bytes', () => {
  const trace = [
    'past goal: 7 B',
    'gc 1 @0.000s 11%: 0.2 ms clock, 4 MB goal, 4 P (forced)',
    'pacer: something else',
    'past goal: 0 B',
    'gc 2 @0.007s 8%: 0.9 ms clock, 4 MB goal, 4 P',
    'past goal: 4096 B',
    'gc 3 @0.016s 4%: 0.1 ms clock, 4 MB goal, 4 P',
  ].join('\n')
  expect(pastGoalsIn(trace)).toEqual([0, 4096])
  expect(pastGoalsIn('gc 1 @0.000s 11%: 4 P\n')).toEqual([])
})

const row = (variant: GoVariantRow['variant'], max: number): GoVariantRow => ({
  variant,
  goal: 4 * MiB,
  procs: 4,
  noise: 0,
  cycles: 2,
  pastGoal: { p50: 0, p90: 2 * KiB, p99: 3 * KiB, max },
  pastGoals: [0, max],
  objectsPerSecond: 12_345_678,
})

test('the gate must keep 32 KiB a P; nothing is asked of the others', () => {
  expect(criteriaOf([row('base', 9 * MiB), row('gate', 128 * KiB)]).map(one => one.holds)).toEqual([
    true,
  ])
  expect(criteriaOf([row('gate', 128 * KiB + 1)]).map(one => one.holds)).toEqual([false])
})

test('a row says its bytes in KiB, and its throughput in millions', () => {
  expect(cellsOf(row('gate', 30 * KiB)).join(' ')).toBe('gate 4 4 0 2 0 2 3 30 12.3')
})

test('the page has a chart for each situation, the table and the verdicts', async () => {
  const rows = [row('base', 9 * MiB), row('gate', 30 * KiB), { ...row('gate', 0), procs: 2 }]
  const text = await goVariantsPage({
    schema: 1,
    machine: { cpu: 'a CPU', cores: 2, platform: 'linux x64', node: 'v20', go: 'go1.19.8' },
    command: 'sawtooth overrun go --procs 2,4',
    load: [1.5, 2.5],
    rows,
    criteria: criteriaOf(rows),
  })
  expect(text.match(/<svg /g)).toHaveLength(2)
  for (const part of [
    'load 1.5 before, 2.5 after',
    'max KiB',
    '9216',
    'sawtooth overrun go --procs',
  ])
    expect(text).toContain(part)
  expect(text.match(/class="holds">ok</g)).toHaveLength(2)
})
