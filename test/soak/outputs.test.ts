import { readFileSync, writeFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { RunRecord } from '../../runtime/report/record.ts'
import { Random } from '../support/random.ts'
import { drawOutputs, Outputs } from './outputs.ts'

test('one output or two are struck, each in every way, at many bytes', () => {
  const drawn = Array.from({ length: 2000 }, (_, seed) => drawOutputs(new Random(seed)))
  expect(new Set(drawn.map(({ length }) => length))).toEqual(new Set([1, 2]))
  for (const specs of drawn)
    expect(new Set(specs.map(spec => spec.split(':')[0])).size).toBe(specs.length)
  const ways = new Set(drawn.flat().map(spec => spec.replace(/@\d+$/, '')))
  const ofStreams = ['ENOSPC', 'EPIPE', 'destroyed', 'slow', 'stuck', 'throws']
  expect([...ways].sort()).toEqual(
    [
      ...['stdout', 'stderr'].flatMap(name => ofStreams.map(way => `${name}:${way}`)),
      ...['json', 'trace'].flatMap(name => [`${name}:file`, `${name}:full`]),
    ].sort(),
  )
  expect(new Set(drawn.flat().flatMap(spec => spec.match(/@\d+/) ?? [])).size).toBeGreaterThan(300)
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * Writes as the host does: it listens, and waits a turn. Returns what the stream reported, and how.
 */
async function writeTo(
  stream: NodeJS.WritableStream,
  texts: readonly Uint8Array[],
): Promise<string[]> {
  const told: string[] = []
  const tell = (error: Error): unknown => told.push(error.message)
  stream.on?.('error', tell)
  for (const text of texts) {
    try {
      stream.write(text, error => void (error && tell(error)))
    } catch (error) {
      tell(error as Error)
    }
    await setImmediate()
  }
  return told
}

test.each([
  ['ENOSPC', /^ENOSPC: /],
  ['EPIPE', /^EPIPE: /],
  ['throws', /^throws: /],
])('a stream with %s takes so many bytes, then fails', async (what, message) => {
  const { stdout } = new Outputs([`stdout:${what}@6`])
  expect(await writeTo(stdout.stream, [bytes('abc'), bytes('def')])).toEqual([])
  expect([stdout.text, stdout.isStruck, stdout.isWhole]).toEqual(['abcdef', false, true])
  const told = await writeTo(stdout.stream, [bytes('g'), bytes('h')])
  expect(told[0]).toMatch(message)
  expect([stdout.text, stdout.isStruck, stdout.isWhole]).toEqual(['abcdef', true, false])
})

test('a stream that is destroyed at some byte has taken it, and tells who writes once more', async () => {
  const outputs = new Outputs(['stdout:destroyed@4'])
  const { stdout } = outputs
  expect(await writeTo(stdout.stream, [bytes('abc'), bytes('def')])).toEqual([])
  await outputs.end()
  expect([stdout.text, stdout.isStruck, stdout.isWhole]).toEqual(['abcdef', false, true])
  expect((await writeTo(stdout.stream, [bytes('g')]))[0]).toMatch(/destroyed/)
  expect([stdout.text, stdout.isStruck, stdout.isWhole]).toEqual(['abcdef', true, false])
})

test('a slow stream takes all in the end, and one that is stuck nothing', async () => {
  const outputs = new Outputs(['stdout:slow', 'stderr:stuck'])
  await writeTo(outputs.stdout.stream, ['a', 'b', 'c'].map(bytes))
  await writeTo(outputs.stderr.stream, ['a', 'b', 'c'].map(bytes))
  await outputs.end()
  expect([outputs.stdout.text, outputs.stdout.isWhole]).toEqual(['abc', true])
  expect([outputs.stderr.text, outputs.stderr.isWhole]).toEqual(['', false])
  expect((outputs.stderr.stream as Writable).writableLength).toBe(3)
})

test('a full disk is to be told, and a file to hold the record of its run', () => {
  const outputs = new Outputs(['json:file', 'trace:full'])
  const { json, trace } = outputs.options
  expect([trace, outputs.unwritten]).toEqual(['/dev/full', ['/dev/full']])
  const record = { exit: 0, cycleCount: 2 } as RunRecord
  const complaintAbout = (text: string): string | null => {
    writeFileSync(json as string, text)
    return outputs.complaint(record)
  }
  expect(complaintAbout('{"exit":0,"cycles":[1,2]}')).toBe(null)
  expect(complaintAbout('{"exit":0,"cycles":[1]}')).toMatch(/1 cycles/)
  expect(complaintAbout('{"exit":4,"cycles":[1,2]}')).toMatch(/exit 4/)
  expect(complaintAbout('{"exit":0,"cyc')).toMatch(/cannot be read/)
  outputs.remove()
  expect(() => readFileSync(json as string)).toThrow('ENOENT')
})
