// The commands that draw a run as SVG.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
const [trace, record, picture] = ['trace.json', 'run.json', 'picture.svg'].map(name =>
  join(folder, name),
) as [string, string, string]

const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { stdio: 'pipe', encoding: 'utf8' })

beforeAll(() => {
  node(
    ...['bin/sawtooth.js', 'run', 'examples/binary-trees.ts', '--procs', '2', '--gogc', '50'],
    ...['--trace', trace, '--json', record, '--', '12'],
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

test('a timeline has a lane for each P and one for the collector, and a goroutine in it', () => {
  node('test/bench/timeline.js', trace, picture, '--cycle', '1')
  const svg = readFileSync(picture, 'utf8')
  for (const text of ['GC', 'P 0', 'P 1', 'goroutine', 'mark termination'])
    expect(svg).toContain(`>${text}</text>`)
  expect(svg).not.toMatch(/NaN|undefined/)
})

test('a cycle that is not there is told with how many there are', () => {
  expect(() => node('test/bench/timeline.js', trace, picture, '--cycle', '9999')).toThrow(
    /there is no cycle 9999: the trace has \d+/,
  )
})

test('the heap of a run is drawn with its goal', () => {
  node('test/bench/picture.js', record, picture)
  const svg = readFileSync(picture, 'utf8')
  for (const text of ['heap live', 'goal', 'trigger', 'mark phase'])
    expect(svg).toContain(`>${text}</text>`)
})
