// Channel hand-overs, by written schedules: x passes from the grey stack of a sender to the black
// stack of a receiver, or through a black buffer, while P 1 marks. Each way that a reference can
// take has its own shade.

import { expect, test } from 'vitest'
import type { Addr } from '../../../memory/kinds.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import {
  CHANNEL_BUFFER,
  CHANNEL_CAPACITY,
  CHANNEL_KIND,
  CHANNEL_WORDS,
  Channels,
  KIND_REF,
  Receive,
  Send,
} from '../../../scheduler/channel.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, type HandType, HandWorld } from '../../support/hand-world.ts'

useHandClock()

/** A receive whose result is the reference. */
class ReceiveReference extends Receive<Addr> {
  protected override result(): Addr {
    return this.value
  }
}

interface Scene {
  readonly world: HandWorld
  readonly ps: readonly HandP[]
  readonly Node: HandType
  readonly channel: Addr
  send(p: HandP, value: Addr): Send
  receive(p: HandP): ReceiveReference
}

/** A global channel of references. */
function withChannel(capacity: number): Scene {
  const world = new HandWorld({ globals: 1 })
  const { ps } = world
  const Node = world.type(0)
  const buffer = capacity === 0 ? 0 : ps[0].makeArray(capacity)
  const channel = ps[0].make(world.type(1, CHANNEL_WORDS * 4))
  const { heap } = world.memory
  heap[(channel >>> 2) + CHANNEL_BUFFER] = buffer
  heap[(channel >>> 2) + CHANNEL_CAPACITY] = capacity
  heap[(channel >>> 2) + CHANNEL_KIND] = KIND_REF
  ps[0].setGlobal(0, channel)
  return {
    world,
    ps,
    Node,
    channel,
    send: (p, value) => new Send(p, new Channels(p), channel, value),
    receive: p => new ReceiveReference(p, new Channels(p), channel),
  }
}

/** P 1 scans the globals, the channel and its buffer: all black. */
function scanChannel(marker: HandP): void {
  marker.scanRoot()
  marker.scanGrey()
}

/** The operation has to wait: its goroutine is parked. */
function parks(p: HandP, operation: Send | ReceiveReference): void {
  expect(operation.next().done).toBe(false)
  expect(p.handedOver).toBe(operation)
  p.handedOver = null
  expect(operation.park()).toBe(true)
  p.leaveGoroutine()
}

/** The operation is done: at once, or now that its goroutine was woken and runs. */
function succeeds(operation: Send): void {
  if (operation.isParked) operation.wake()
  expect(operation.next().done).toBe(true)
}

/** As succeeds. */
function received(operation: ReceiveReference): Addr {
  if (operation.isParked) operation.wake()
  const { done, value } = operation.next()
  expect(done).toBe(true)
  return value as Addr
}

/**
 *   0  goroutine 1 waits on P 1 to receive; goroutine 2 runs on P 0
 *   1  setup stop
 *   2  P 1  scans the channel, then the stack of goroutine 1: black
 *   3  P 0  goroutine 2 sends x, its only copy: it is written to goroutine 1's stack. It drops x
 *   4  P 1  asks for goroutine 2's stack; P 0 scans it: x is not there any more
 *   5  P 1  ends the mark; goroutine 1 runs on and has x
 */
test('hand-over to a receiver that waits: its stack is black', () => {
  const { world, ps, Node, send, receive } = withChannel(0)
  const [sender, marker] = ps
  const receiving = marker.spawn()
  const receive1 = receive(marker)
  parks(marker, receive1)
  sender.spawn()
  const x = sender.keep(sender.make(Node, [], 42))
  world.startMark(marker) //                                    1
  scanChannel(marker) //                                        2
  marker.scanRoot()
  expect(world.isScanned(receiving)).toBe(true)
  succeeds(send(sender, x)) //                                  3
  sender.drop()
  marker.scanRoot() //                                          4
  sender.safepoint()
  world.finishCycle(marker) //                                  5
  marker.resume(receiving)
  expect(received(receive1)).toBe(x)
  expect(marker.numberOf(x, Node)).toBe(42)
})

/**
 *   0  goroutine 1 runs on P 1; goroutine 2 waits on P 0 to send x, its only copy
 *   1  setup stop
 *   2  P 1  scans the channel, then the stack of its own goroutine 1: black
 *   3  P 1  goroutine 1 receives x from goroutine 2's stack, and keeps it
 *   4  P 0  goroutine 2 runs on, and drops x
 *   5  P 1  asks for goroutine 2's stack; P 0 scans it: x is not there any more
 *   6  P 1  ends the mark
 */
test('hand-over from a sender that waits: its stack is grey', () => {
  const { world, ps, Node, send, receive } = withChannel(0)
  const [sender, marker] = ps
  const receiving = marker.spawn()
  const sending = sender.spawn()
  const x = sender.make(Node, [], 42)
  const send2 = send(sender, x)
  parks(sender, send2)
  world.startMark(marker) //                                    1
  scanChannel(marker) //                                        2
  marker.scanRoot()
  expect([world.isScanned(receiving), world.isScanned(sending)]).toEqual([true, false])
  expect(marker.keep(received(receive(marker)))).toBe(x) //     3
  sender.resume(sending) //                                     4
  succeeds(send2)
  marker.scanRoot() //                                          5
  sender.safepoint()
  world.finishCycle(marker) //                                  6
  expect(marker.numberOf(x, Node)).toBe(42)
})

/**
 *   0  goroutine 1 runs on P 0 and has the only copy of x; the channel's buffer has room
 *   1  setup stop
 *   2  P 1  scans the channel and its buffer: black
 *   3  P 0  sends x: it is written to the buffer. It drops x
 *   4  P 1  asks for goroutine 1's stack; P 0 scans it: x is not there any more
 *   5  P 1  ends the mark; x is received
 */
test('hand-over into the buffer, which is black', () => {
  const { world, ps, Node, send, receive } = withChannel(1)
  const [sender, marker] = ps
  sender.spawn()
  const x = sender.keep(sender.make(Node, [], 42))
  world.startMark(marker) //                                    1
  scanChannel(marker) //                                        2
  succeeds(send(sender, x)) //                                  3
  sender.drop()
  marker.scanRoot() //                                          4
  sender.safepoint()
  world.finishCycle(marker) //                                  5
  expect(received(receive(sender))).toBe(x)
  expect(sender.numberOf(x, Node)).toBe(42)
})

/**
 *   0  goroutine 1 runs on P 0; the channel's buffer holds x, its only copy
 *   1  setup stop
 *   2  P 1  scans the globals: the channel is grey, its buffer white. Goroutine 1's stack is
 *           scanned: black
 *   3  P 0  goroutine 1 receives x: its slot is cleared. It keeps x
 *   4  P 1  scans the channel and the buffer, which is empty, and ends the mark
 */
test('hand-over out of the buffer, to a black stack: the slot is cleared', () => {
  const { world, ps, Node, send, receive } = withChannel(1)
  const [mutator, marker] = ps
  const goroutine = mutator.spawn()
  const x = mutator.make(Node, [], 42)
  succeeds(send(mutator, x))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanRoot()
  mutator.safepoint()
  expect(world.isScanned(goroutine)).toBe(true)
  expect(mutator.keep(received(receive(mutator)))).toBe(x) //   3
  world.finishCycle(marker) //                                  4
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 *   0  goroutine 1 runs on P 1; the buffer is full; goroutine 2 waits on P 0 to send x, its only
 *      copy
 *   1  setup stop
 *   2  P 1  scans the channel and its buffer: black
 *   3  P 1  goroutine 1 receives what is in the buffer; x moves from goroutine 2's stack into the
 *           buffer
 *   4  P 0  goroutine 2 runs on, and drops x
 *   5  the stacks are scanned; P 1 ends the mark; x is received
 */
test('hand-over from a sender that waits into the buffer', () => {
  const { world, ps, Node, send, receive } = withChannel(1)
  const [sender, marker] = ps
  marker.spawn()
  const sending = sender.spawn()
  succeeds(send(sender, sender.make(Node, [], 41)))
  const x = sender.make(Node, [], 42)
  const send2 = send(sender, x)
  parks(sender, send2)
  world.startMark(marker) //                                    1
  scanChannel(marker) //                                        2
  received(receive(marker)) //                                  3
  expect(world.goroutine(sending, gWords.STATUS)).toBe(gWords.G_RUNNABLE)
  sender.resume(sending) //                                     4
  succeeds(send2)
  world.finishCycle(marker) //                                  5
  expect(world.meta[control.CYCLES_MARKED]).toBe(1)
  expect(received(receive(marker))).toBe(x)
  expect(marker.numberOf(x, Node)).toBe(42)
})
