import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { template } from '../../lab/pacers/template.ts'
import { entries } from '../../runtime/pacer-registry.ts'
import { inScratch, runCli } from '../support/run-cli.ts'

const steady = fileURLToPath(new URL('../lab/pacers/stepped/scenarios/steady.json', import.meta.url))
const model = fileURLToPath(new URL('../lab/pacers/macro/pacer-model/scenarios/steady.json', import.meta.url))

test('without an engine the file decides, and without a file for the rows they are printed as CSV', async () => {
  const stepped = await runCli(['pacers', 'sim', '--input', steady])
  expect(stepped).toMatchObject({ code: 0, stderr: '' })
  const lines = stepped.stdout.trim().split('\n')
  expect(lines[0]).toBe('cycle,heap_live,trigger,peak,goal,scannable,gc_utilization')
  expect(lines.length).toBe(51)
  const macro = await runCli(['pacers', 'sim', '--input', model, '--pacer', 'old'])
  expect(macro.stdout.split('\n', 1)).toEqual([
    'cycle,r,live,scan,goal,actual_u,target_u,trigger,peak,overshoot_pct,alloc_scan_ratio',
  ])
})

test('CSV and JSON say the same, and nothing goes to standard output then', async () => {
  await inScratch(async scratch => {
    const [csv, json] = [join(scratch, 'out.csv'), join(scratch, 'out.json')]
    const args = ['pacers', 'sim', '--scenario', 'ours/noisy-all', '--seed', '9', '--csv', csv, '--json', json]
    expect(await runCli(args)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const { rows, ...header } = JSON.parse(readFileSync(json, 'utf8')) as { rows: Record<string, number>[] }
    expect(header).toEqual({
      ...{ schema: 1, engine: 'stepped', pacer: 'go1.21', scenario: 'ours/noisy-all', seed: 9 },
    })
    const [head = '', ...lines] = readFileSync(csv, 'utf8').trim().split('\n')
    expect(lines.map(line => line.split(',').map(Number))).toEqual(rows.map(row => Object.values(row)))
    expect(head.split(',')).toEqual(Object.keys(rows[0] as object))
  })
})

test('list names all pacers and scenarios', async () => {
  const { stdout, code } = await runCli(['pacers', 'list'])
  expect(code).toBe(0)
  for (const name of [...Object.keys(entries), 'model/steady', 'stepped/steady', 'ours/spike-train'])
    expect(stdout).toContain(name)
})

test('the pacer that new prints paces a simulation and a run', async () => {
  const printed = await runCli(['pacers', 'new'])
  expect(printed).toMatchObject({ code: 0, stdout: template })
  await inScratch(async scratch => {
    const file = join(scratch, 'mine.ts')
    writeFileSync(file, printed.stdout)
    const simulated = await runCli(['pacers', 'sim', '--scenario', 'stepped/steady', '--pacer', file])
    expect(simulated).toMatchObject({ code: 0, stderr: '' })
    const { code, record } = await runCli([
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

describe('what cannot be done is exit 2 and one line', () => {
  test.each([
    [['walk'], 'there is no pacers walk: sim, list, new'],
    [['league'], 'pacers league comes with a later version'],
    [['sim'], 'pacers sim needs --input FILE or --scenario NAME, and not both'],
    [['sim', '--scenario', 'steady'], 'there is no scenario steady; there is model/steady, '],
    [['sim', '--input', '/nowhere.json'], '/nowhere.json cannot be read: ENOENT'],
    [['sim', '--scenario', 'model/steady', '--engine', 'stepped'], 'the scenario model/steady is of the macro engine'],
    [['sim', '--scenario', 'model/steady', '--engine', 'real'], "--engine must be macro or stepped, not 'real'"],
    [['sim', '--scenario', 'model/steady', '--pacer', 'go1.21'], '--pacer of the macro engine must be old or new'],
    [['sim', '--scenario', 'stepped/steady', '--pacer', 'go9'], "--pacer: no pacer 'go9': there is go1.5"],
    [['sim', '--scenario', 'stepped/steady', '--pacer', 'go1.10:hard=x'], "pacer go1.10: 'hard=x' is ill-formed"],
    [['sim', '--scenario', 'stepped/steady', '--controller', 'old'], '--controller is of the macro engine'],
    [['sim', '--scenario', 'model/steady', '--controller', 'mine'], '--controller must be new, old or a file'],
    [['sim', '--banana'], "pacers sim: Unknown option '--banana'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['pacers', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n').length).toBe(1)
  })

  test('a pacer of one’s own that throws, with its file, cycle and message', async () => {
    await inScratch(async scratch => {
      const file = join(scratch, 'bad.js')
      writeFileSync(file, template.replace('return Math.max(', "throw new Error('tired'); Math.max("))
      const { code, stderr } = await runCli(['pacers', 'sim', '--scenario', 'stepped/steady', '--pacer', file])
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: 'sawtooth: stepped/steady: cycle 0: pacer mine throws: tired\n',
      })
    })
  })
})
