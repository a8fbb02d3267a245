import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { entries } from '../../gc/pacer/registry.ts'
import type { SoftGoalResults } from '../../lab/pacers/soft-goal/results.ts'
import { template } from '../../lab/pacers/template.ts'
import { inScratch, runCli, threadsFile } from '../support/run-cli.ts'
import { longTest } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const steady = fileURLToPath(
  new URL('../lab/pacers/stepped/scenarios/steady.json', import.meta.url),
)
const model = fileURLToPath(
  new URL('../lab/pacers/macro/pacer-model/scenarios/steady.json', import.meta.url),
)

test('without an engine the file decides, and without a file for the rows they are printed as CSV', async () => {
  const stepped = await runCliWarm(['pacers', 'sim', '--input', steady])
  expect(stepped).toMatchObject({ code: 0, stderr: '' })
  const lines = stepped.stdout.trim().split('\n')
  expect(lines[0]).toBe('cycle,heap_live,trigger,peak,goal,scannable,gc_utilization,limited')
  expect(lines.length).toBe(51)
  const macro = await runCliWarm(['pacers', 'sim', '--input', model, '--pacer', 'old'])
  expect(macro.stdout.split('\n', 1)).toEqual([
    'cycle,r,live,scan,goal,actual_u,target_u,trigger,peak,overshoot_pct,alloc_scan_ratio',
  ])
})

test('CSV and JSON say the same, and nothing goes to standard output then', async () => {
  await inScratch(async scratch => {
    const [csv, json] = [join(scratch, 'out.csv'), join(scratch, 'out.json')]
    const args = [
      'pacers',
      'sim',
      '--scenario',
      'ours/noisy-all',
      '--seed',
      '9',
      '--csv',
      csv,
      '--json',
      json,
    ]
    expect(await runCliWarm(args)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const { rows, ...header } = JSON.parse(readFileSync(json, 'utf8')) as {
      rows: Record<string, number>[]
    }
    expect(header).toEqual({
      ...{ schema: 1, engine: 'stepped', pacer: 'go1.21', scenario: 'ours/noisy-all', seed: 9 },
    })
    const [head = '', ...lines] = readFileSync(csv, 'utf8').trim().split('\n')
    expect(lines.map(line => line.split(',').map(Number))).toEqual(
      rows.map(row => Object.values(row)),
    )
    expect(head.split(',')).toEqual(Object.keys(rows[0] as object))
  })
})

test('list names all pacers and scenarios', async () => {
  const { stdout, code } = await runCliWarm(['pacers', 'list'])
  expect(code).toBe(0)
  for (const name of [
    ...Object.keys(entries),
    'model/steady',
    'stepped/steady',
    'ours/spike-train',
  ])
    expect(stdout).toContain(name)
})

test('the pacer that new prints paces a simulation and a run', async () => {
  const printed = await runCliWarm(['pacers', 'new'])
  expect(printed).toMatchObject({ code: 0, stdout: template })
  await inScratch(async scratch => {
    const file = join(scratch, 'mine.ts')
    writeFileSync(file, printed.stdout)
    const simulated = await runCliWarm([
      'pacers',
      'sim',
      '--scenario',
      'stepped/steady',
      '--pacer',
      file,
    ])
    expect(simulated).toMatchObject({ code: 0, stderr: '' })
    const { code, record } = await runCliWarm([
      'run',
      'examples/binary-trees.ts',
      '--procs',
      '2',
      '--pacer',
      file,
      '--',
      '12',
    ])
    expect(code).toBe(0)
    expect(record?.cycles.length).toBeGreaterThan(0)
  })
})

test('soft-goal answers each question in a table, and writes its runs and a report', async () => {
  await inScratch(async scratch => {
    const [json, report] = [join(scratch, 'out.json'), join(scratch, 'out.html')]
    const { code, stdout } = await runCliWarm([
      ...['pacers', 'soft-goal', '--engines', 'stepped', '--seed', '3'],
      ...['--json', json, '--report', report],
    ])
    expect(code).toBe(0)
    const results = JSON.parse(readFileSync(json, 'utf8')) as SoftGoalResults
    expect(results).toMatchObject({ schema: 1, seed: 3, failed: [] })
    for (const { title, rows } of results.answers) {
      expect(stdout.includes(title), title).toBe(rows.length > 0)
      for (const { engine } of rows) expect(engine).toBe('stepped')
    }
    expect(readFileSync(report, 'utf8')).toContain('<h1>Soft and hard goal</h1>')
  })
})

test('soft-goal answers only what it is asked', async () => {
  const args = ['--questions', 'law', '--engines', 'stepped']
  const { code, stdout } = await runCliWarm(['pacers', 'soft-goal', ...args])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^The law /)
  expect(stdout).not.toContain('Bad, good, best')
  const { code: refused, stderr } = await runCliWarm([
    ...['pacers', 'soft-goal', '--questions', 'laws'],
  ])
  expect(refused).toBe(2)
  expect(stderr).toContain('--questions must be of evolution, law, alternatives')
})

test('soft-goal refuses an engine that it has not', async () => {
  const { code, stderr } = await runCliWarm(['pacers', 'soft-goal', '--engines', 'macro'])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("--engines must be of stepped, noisy, real, not 'macro'"),
  })
})

test('search says what hurts, in a line of numbers, and its file is simulated with the same result', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'found.json')
    const args = [
      'pacers',
      'search',
      '--pacer',
      'go1.14',
      '--seed',
      '3',
      '--tries',
      '500',
      '--json',
      file,
    ]
    const { code, stdout } = await runCliWarm(args)
    expect(code).toBe(0)
    const [, claimed] = /^go1\.14: overshoot (\d\.\d{3}) .* with .+=\d/.exec(
      stdout,
    ) as RegExpExecArray
    const again = await runCliWarm(['pacers', 'sim', '--input', file, '--pacer', 'go1.14'])
    const rows = again.stdout.trim().split('\n').slice(17)
    const over = rows
      .map(row => row.split(',').map(Number))
      .map(([, , , peak = 0, goal = 1]) => peak / goal - 1)
    expect(Math.max(...over).toFixed(3)).toBe(claimed)
  })
})

test('an interrupted search says what was the worst until then, and of how many', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'found.json')
    const args = ['pacers', 'search', '--pacer', 'go1.14', '--tries', '100000000', '--json', file]
    const { code, stdout } = await runCli(args, {
      interruptWhen: stderr => /the worst so far/.test(stderr),
    })
    expect(code).toBe(130)
    const [, worst, tried] =
      /^the worst of (\d+) scenarios had .*\n(\d+) of 100000000 were tried\n$/m.exec(
        stdout,
      ) as RegExpExecArray
    expect(worst).toBe(tried)
    const again = await runCliWarm(['pacers', 'sim', '--input', file, '--pacer', 'go1.14'])
    expect(again.code).toBe(0)
  })
})

test('a pacer of one’s own is searched in all threads', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'mine.ts')
    writeFileSync(file, template)
    const search = ['pacers', 'search', '--pacer', file, '--for', 'assists', '--tries', '3000']
    const { code, stdout, stderr } = await runCliWarm(search)
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('the worst of 3000 scenarios had ')
    writeFileSync(file, template.replace('return Math.max(', "throw new Error('tired'); Math.max("))
    const bad = await runCliWarm(search)
    expect(bad).toMatchObject({ code: 2, stdout: '' })
    expect(bad.stderr).toMatch(
      /^sawtooth: search\/.*: cycle 0: pacer mine: revise threw Error: tired\n$/,
    )
  })
})

test('the noisy engine prints quantiles over its runs', async () => {
  const { code, stdout } = await runCliWarm([
    ...[
      'pacers',
      'sim',
      '--scenario',
      'ours/spike-train',
      '--engine',
      'noisy',
      '--runs',
      '5',
      '--seed',
      '2',
    ],
  ])
  expect(code).toBe(0)
  expect(stdout.split('\n', 1)[0]).toBe(
    'cycle,trigger_p50,goal_p50,peak_over_goal_p5,peak_over_goal_p50,peak_over_goal_p95,peak_over_goal_max,gc_utilization_p5,gc_utilization_p50,gc_utilization_p95,gc_utilization_max,limited',
  )
  expect(stdout.trim().split('\n').length).toBe(101)
})

longTest('a real heap is shaped to a scenario, cycle by cycle', async () => {
  await inScratch(async scratch => {
    const [json, begun] = [join(scratch, 'out.json'), join(scratch, 'begun.json')]
    const shown = JSON.parse((await runCliWarm(['pacers', 'show', 'stepped/steady'])).stdout) as {
      cycles: object[]
    }
    writeFileSync(begun, JSON.stringify({ ...shown, cycles: shown.cycles.slice(0, 18) }))
    const args = ['pacers', 'run', '--input', begun, '--pacer', 'fixed:trigger=0.7', '--procs', '2']
    const { code, stderr } = await runCliWarm([...args, '--json', json])
    expect(code, stderr).toBe(0)
    const { rows, ...header } = JSON.parse(readFileSync(json, 'utf8')) as {
      rows: Record<string, number>[]
    }
    expect(header).toMatchObject({
      engine: 'real',
      pacer: 'fixed:trigger=0.7',
      procs: 2,
      termination: 'coordinator',
      gate: 'off',
    })
    expect(rows.length).toBe(18)
    // The scenario's live heap is 18.15 MiB from the 13th cycle on. What was allocated during the
    // mark is added to it.
    for (const row of rows.slice(13)) {
      expect(row.scannable).toBeGreaterThan(17.5 * 2 ** 20)
      expect(row.scannable).toBeLessThan(19.5 * 2 ** 20)
      expect(row.heap_live).toBeGreaterThan(17.5 * 2 ** 20)
      expect(row.trigger).toBeLessThanOrEqual(row.peak as number)
    }
  })
})

test('a scenario that is shown is a file that is read as the same', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'shown.json')
    const { stdout } = await runCliWarm(['pacers', 'show', 'proposal/jitter', '--seed', '7'])
    writeFileSync(file, stdout)
    const [named, read] = await Promise.all([
      runCliWarm(['pacers', 'sim', '--scenario', 'proposal/jitter', '--seed', '7']),
      runCliWarm(['pacers', 'sim', '--input', file]),
    ])
    expect(read).toMatchObject({ code: 0, stdout: named.stdout })
  })
})

test.each([
  [
    'a stack that no real heap has',
    { stack_bytes: 64 * 2 ** 20 },
    'cycle 1: stack_bytes = 67108864; a real stack has at most 66060288',
  ],
  [
    'a heap that no arena holds',
    { growth_rate: 1e9 },
    'cycle 1: growth_rate makes the heap 262144000000000 bytes; a real one has less than 2 GiB',
  ],
  [
    'no cycle that ever starts',
    { gogc: -1 },
    'cycle 1: gogc = -1: no cycle ever starts, since no memory limit has a say',
  ],
])('%s is refused before the run', async (_, change, message) => {
  await inScratch(async scratch => {
    const file = join(scratch, 'wants.json')
    const cycle = {
      alloc_rate: 33,
      scan_rate: 1024,
      growth_rate: 1,
      scannable_frac: 1,
      stack_bytes: 8192,
    }
    const global = {
      gogc: 100,
      memory_limit: null,
      cores: 2,
      globals_bytes: 32768,
      initial_heap_bytes: 262144,
    }
    writeFileSync(
      file,
      JSON.stringify({ engine: 'stepped', global, cycles: [cycle, { ...cycle, ...change }] }),
    )
    const { code, stderr } = await runCliWarm(['pacers', 'run', '--input', file])
    expect({ code, stderr }).toEqual({ code: 2, stderr: `sawtooth: ${file}: ${message}\n` })
  })
})

test('an interrupted run on a real heap leaves nothing behind', async () => {
  const { code } = await runCli(['pacers', 'run', '--scenario', 'proposal/high-gogc'], {
    interruptWhen: (_, temporary) => temporary.length > 0,
  })
  expect(code).toBe(130)
})

test('what cannot be written is one line', async () => {
  const { code, stderr } = await runCliWarm([
    'pacers',
    'sim',
    '--scenario',
    'stepped/steady',
    '--csv',
    '/dev/full',
  ])
  const stderrWanted = 'sawtooth: /dev/full cannot be written: no space left on device (ENOSPC)\n'
  expect({ code, stderr }).toEqual({ code: 4, stderr: stderrWanted })
})

describe('what cannot be done is exit 2 and one line', () => {
  test.each([
    [
      ['walk'],
      'there is no pacers walk: sim, run, macro, tune, assists, workers, league, merge, suite, search, soft-goal, show, list, new',
    ],
    [['search', '--for', 'luck'], "--for must be overshoot, assists, oscillation, not 'luck'"],
    [
      ['run', '--scenario', 'model/steady'],
      'the scenario model/steady is of the macro engine, not of stepped',
    ],
    [['run', '--scenario', 'stepped/steady', '--gate', 'wide'], '--gate must be'],
    [['merge'], 'pacers merge needs the files of some shards'],
    [['sim'], 'pacers sim needs --input FILE or --scenario NAME, and not both'],
    [
      ['sim', '--scenario', 'steady'],
      'there is no scenario steady, but model/steady, stepped/steady; see sawtooth pacers list',
    ],
    [['sim', '--input', '/nowhere.json'], '/nowhere.json cannot be read: ENOENT'],
    [
      ['sim', '--scenario', 'model/steady', '--engine', 'stepped'],
      'the scenario model/steady is of the macro engine',
    ],
    [
      ['sim', '--scenario', 'model/steady', '--engine', 'real'],
      "--engine must be macro, stepped, noisy, not 'real'",
    ],
    [
      ['sim', '--scenario', 'model/steady', '--pacer', 'go1.21'],
      '--pacer of the macro engine must be old or new',
    ],
    [
      ['sim', '--scenario', 'stepped/steady', '--pacer', 'go9'],
      "--pacer: no pacer 'go9': there is go1.5",
    ],
    [
      ['sim', '--scenario', 'stepped/steady', '--pacer', 'go1.10:hard=x'],
      "pacer go1.10: 'hard=x' is ill-formed",
    ],
    [
      ['sim', '--scenario', 'stepped/steady', '--controller', 'old'],
      '--controller is of the macro engine',
    ],
    [
      ['sim', '--scenario', 'model/steady', '--controller', 'mine'],
      '--controller must be new, old, shipped, direct or a file',
    ],
    [['sim', '--banana'], "pacers sim: Unknown option '--banana'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCliWarm(['pacers', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n').length).toBe(1)
  })

  test('a pacer of one’s own that throws, with its file, cycle and message', async () => {
    await inScratch(async scratch => {
      const file = join(scratch, 'bad.js')
      writeFileSync(
        file,
        template.replace('return Math.max(', "throw new Error('tired'); Math.max("),
      )
      const { code, stderr } = await runCliWarm([
        'pacers',
        'sim',
        '--scenario',
        'stepped/steady',
        '--pacer',
        file,
      ])
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: 'sawtooth: stepped/steady: cycle 0: pacer mine: revise threw Error: tired\n',
      })
    })
  })
})

test('GOGC that is off for a while and then on does in the simulator what it does on a real heap', async () => {
  const program = threadsFile('programs/gogc-off-and-on.ts')
  const { code, stdout, stderr, record } = await runCliWarm([
    'run',
    program,
    '--procs',
    '1',
    '--',
    '4',
  ])
  expect(code, stderr).toBe(0)
  const { before, off, after } = JSON.parse(stdout) as Record<string, number>
  expect(off).toBe(before) // none while it was off
  expect(after).toBeGreaterThan(before as number)
  const [marked = 0] =
    record?.cycles.slice((before as number) - 1).map(({ heapMarked }) => heapMarked) ?? []
  const next = record?.cycles[before as number]
  // Four times as much was allocated, with GOGC off, as lives; the goal is moved for a cycle that
  // starts beyond it.
  expect((next?.heapAtStart ?? 0) / marked).toBeCloseTo(5, 1)
  expect((next?.goal ?? 0) - (next?.heapAtStart ?? 0)).toBe(64 * 1024)
  await inScratch(async scratch => {
    const file = join(scratch, 'off-and-on.json')
    const cycle = {
      alloc_rate: 33,
      scan_rate: 1024,
      growth_rate: 1,
      scannable_frac: 1,
      stack_bytes: 8192,
    }
    const off = [{ gogc: -1 }, {}, {}, {}].map(change => ({ ...cycle, ...change }))
    const cycles = [cycle, cycle, ...off, { ...cycle, gogc: 100 }]
    const global = {
      gogc: 100,
      memory_limit: null,
      cores: 1,
      globals_bytes: 0,
      initial_heap_bytes: marked,
    }
    writeFileSync(file, JSON.stringify({ engine: 'stepped', global, cycles }))
    const simulated = await runCliWarm(['pacers', 'sim', '--input', file])
    const rows = simulated.stdout.trim().split('\n').slice(1)
    expect(rows.slice(2, 6).map(row => row.split(',')[2])).toEqual(
      Array.from({ length: 4 }, () => 'Infinity'),
    )
    const [, live = 0, trigger = 0, , goal = 0] = rows[6]?.split(',').map(Number) ?? []
    expect(trigger / live).toBeCloseTo(5, 1)
    expect(goal - trigger).toBeCloseTo(64 * 1024, -1)
  })
})
