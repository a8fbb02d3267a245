// Which goroutine has its turn on a P: those that were woken come first, in one slice, and none is
// left out for ever.
import { expect, test } from 'vitest'
import { now } from '#sync'
import type { GoroutineId } from '../../memory/kinds.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { Ring } from '../../scheduler/run-queues.ts'
import { Sleep } from '../../scheduler/waiting.ts'
import { LoneP } from '../support/lone-p.ts'

/** Parks the goroutine that runs until somebody wakes it. */
class Parked extends Sleep {
  protected override parkOrFinish(): boolean {
    this.p.park(gWords.WAIT_SLEEP, 0)
    return true
  }
}

function wake(p: LoneP, id: GoroutineId): void {
  const ticket = p.memory.meta[p.memory.goroutineWord(id, gWords.TICKET)]
  expect(p.goroutines.winTicket(id, ticket)).toBe(true)
  p.placement.ready(id)
}

test('a goroutine that is woken runs before those that gave way', () => {
  const p = new LoneP()
  const order: string[] = []
  p.runMain(function* () {
    const sleeper = p.start(function* () {
      yield* new Parked(p, 0)
      order.push('woken')
    })
    for (const name of ['a', 'b', 'c'])
      p.start(function* () {
        for (let turn = 0; turn < 3; turn++) {
          order.push(name)
          yield
        }
      })
    yield
    wake(p, sleeper)
    order.push('main')
    for (let turn = 0; turn < 10; turn++) yield
  })
  expect(order.slice(0, 5)).toEqual(['a', 'b', 'c', 'main', 'woken'])
})

test('goroutines that wake each other for ever leave turns to the others', () => {
  const p = new LoneP()
  let exchanges = 0
  p.runMain(function* () {
    const ids: number[] = []
    for (const other of [1, 0])
      ids.push(
        p.start(function* () {
          for (;;) {
            exchanges++
            if (
              p.memory.meta[p.memory.goroutineWord(ids[other] as GoroutineId, gWords.STATUS)] ===
              gWords.G_WAITING
            )
              wake(p, ids[other] as GoroutineId)
            yield* new Parked(p, 0)
          }
        }),
      )
    // It gave way, so it is behind the two, however long they go on.
    for (let turn = 0; turn < 5; turn++) yield
  })
  expect(exchanges).toBeGreaterThan(10)
})

test('a P that is never idle takes a goroutine from the ring of one that has been with another for long', () => {
  const p = new LoneP(2)
  const { meta, metaF64 } = p.memory
  let ran = false
  p.runMain(function* () {
    const stuck = p.goroutineOf(function* () {})
    const waiting = p.goroutineOf(function* () {
      ran = true
    })
    meta[p.memory.goroutineWord(waiting, gWords.P)] = 1
    meta[p.memory.pWord(1, pWords.GOROUTINE)] = stuck
    metaF64[p.memory.pDouble(1, pWords.TURN_STARTED_AT)] = now() - 1000
    new Ring(p.memory, 1).put(waiting)
    while (!ran) yield
  })
  expect(ran).toBe(true)
})
