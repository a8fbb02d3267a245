// Kinds of numbers (memory/kinds.ts): mistakes that do not compile, beside what must.
import ts from 'typescript'
import { expect, test } from 'vitest'

const ROOT = new URL('../../', import.meta.url).pathname

const mistakes: Readonly<Record<string, [wrong: string, right: string]>> = {
  'a span in the place of an object': ['marker.shade(span)', 'marker.shade(object)'],
  'a goroutine in the place of a wait record': [
    'waiters.release(goroutine)',
    'waiters.release(waiter)',
  ],
  'a number that nobody handed out as a goroutine': [
    'memory.goroutineWord(7, 0)',
    'memory.goroutineWord(goroutine, 0)',
  ],
  'an address as the index of a word of the heap': [
    'memory.heap[object]',
    'memory.heap[object >>> 2]',
  ],
  'an address as the index of a mark byte': ['memory.marks[object]', 'memory.marks[object >>> 4]'],
  'a word of the meta buffer in the heap': [
    'memory.heap[memory.pWord(0, 0)] = 1',
    'memory.meta[memory.pWord(0, 0)] = 1',
  ],
  'a double of a P among the words': [
    'memory.meta[memory.pDouble(0, 0)]',
    'memory.metaF64[memory.pDouble(0, 0)]',
  ],
  'a lock in the other buffer': [
    'lock(memory.heap, memory.pWord(0, 0))',
    'lock(memory.meta, memory.pWord(0, 0))',
  ],
  'a word of the meta buffer among the bytes of the heap': [
    'memory.heapU8[memory.pWord(0, 0)]',
    'memory.heapU8[object]',
  ],
  'a reference that is stored in the other buffer': [
    'barrier.write(memory.pWord(0, 0), object)',
    'barrier.writeMeta(memory.pWord(0, 0), object)',
  ],
  'milliseconds as bytes': ['live.charge(now())', 'live.charge(64)'],
}

const prelude = `
import { now } from '#sync'
import type { WriteBarrier } from '../../gc/mark/barrier.ts'
import type { Marker } from '../../gc/mark/marker.ts'
import type { LiveHeap } from '../../heap/live-heap.ts'
import type { Addr, GoroutineId, SpanId, WaiterId } from '../../memory/kinds.ts'
import { lock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import type { Waiters } from '../../scheduler/waiters.ts'
declare const memory: Memory, marker: Marker, waiters: Waiters, live: LiveHeap
declare const barrier: WriteBarrier
declare const object: Addr, span: SpanId, goroutine: GoroutineId, waiter: WaiterId
export const used = [now, lock, memory, marker, waiters, live, barrier, object, span, goroutine, waiter]
`

/** The compiler's complaints about each text, as if it were a file beside this one. */
function complaintsAbout(texts: readonly string[]): string[][] {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.test.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [] },
    ts.sys,
    ROOT,
  )
  const files = new Map(texts.map((text, n) => [`${ROOT}test/memory/mistake-${n}.ts`, text]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = path => files.has(path) || fileExists(path)
  host.readFile = path => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, target) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile(path, target)
      : ts.createSourceFile(path, text, target)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files.keys()].map(path =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  )
}

test('a number of one kind is refused where another is asked for', () => {
  const names = Object.keys(mistakes)
  const texts = Object.values(mistakes).flat()
  const complaints = complaintsAbout(texts.map(text => prelude + text))
  for (const [index, name] of names.entries()) {
    expect(complaints[2 * index], `${name}: ${texts[2 * index]}`).toHaveLength(1)
    expect(complaints[2 * index + 1], `${name}: ${texts[2 * index + 1]}`).toEqual([])
  }
}, 60_000)
