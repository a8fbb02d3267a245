// The ring of what a P prints, with both of its ends in one thread: where the P would wait, the
// host takes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CONSOLE_RING_BYTES } from '../../../memory/layout.ts'
import { Memory } from '../../../memory/memory.ts'
import { ConsoleRing } from '../../../runtime/host/console-ring.ts'
import type { Stream } from '../../../runtime/output/standard-streams.ts'

const memory = Memory.reserve({ arenaBytes: 4 * 2 ** 20, procs: 2 })
const ring = new ConsoleRing(memory, 1)
const cannotWait = (): never => {
  throw new Error('the P would wait')
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Takes all, as text with its stream. */
function taken(mayTake: (stream: Stream) => boolean = () => true): [Stream, string][] {
  const all: [Stream, string][] = []
  ring.drain((stream, text) => all.push([stream, new TextDecoder().decode(text)]), mayTake)
  return all
}

test('texts come out as they went in, each with its stream', () => {
  ring.write(1, bytes('one'), cannotWait)
  ring.write(2, bytes('zwölf'), cannotWait)
  expect(taken()).toEqual([
    [1, 'one'],
    [2, 'zwölf'],
  ])
  expect(taken()).toEqual([])
})

test('what may not be taken yet stays, and so does all behind it', () => {
  ring.write(2, bytes('error'), cannotWait)
  ring.write(1, bytes('output'), cannotWait)
  ring.write(2, bytes('later'), cannotWait)
  expect(taken(stream => stream === 2)).toEqual([[2, 'error']])
  expect(taken()).toEqual([
    [1, 'output'],
    [2, 'later'],
  ])
})

test('a ring without room lets its P wait, and no byte is lost however much is printed at once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 * CONSOLE_RING_BYTES }), { maxLength: 8 }),
      lengths => {
        let [went, came] = ['', '']
        const take = (): boolean => {
          came += taken()
            .map(([, text]) => text)
            .join('')
          return true
        }
        for (const [index, length] of lengths.entries()) {
          const text = String(index).repeat(length)
          went += text
          ring.write(1, bytes(text), take)
        }
        take()
        expect(came === went).toBe(true)
      },
    ),
    { numRuns: 20 },
  )
})

test('once nobody takes anything any more, what has no room is dropped, and the P goes on', () => {
  let waits = 0
  ring.write(1, new Uint8Array(2 * CONSOLE_RING_BYTES), () => {
    waits++
    return false
  })
  expect(waits).toBe(1)
  expect(taken().length).toBeGreaterThan(0)
  ring.write(1, bytes('still here'), cannotWait)
  expect(taken()).toEqual([[1, 'still here']])
})
