/**
 * Channels, select, sleep, mutex and wait group, as a program writes them. An operation that may
 * wait is written with `yield*`, which is a safepoint.
 */

import { headerOf } from '../../heap/object.ts'
import { WRITE_BARRIER } from '../../memory/words/control.ts'
import {
  CHANNEL_BUFFER,
  CHANNEL_CAPACITY,
  CHANNEL_COUNT,
  CHANNEL_KIND,
  CHANNEL_WORDS,
  type Channels,
  KIND_BOOL,
  KIND_REF,
  KIND_U32,
  Receive,
  Send,
} from '../../scheduler/channel.ts'
import type { Yielded } from '../../scheduler/operation.ts'
import type { P } from '../../scheduler/p.ts'
import { Select, type SelectCase } from '../../scheduler/select.ts'
import {
  addToGroup,
  LockMutex,
  MAX_COUNT,
  Sleep,
  unlockMutex,
  WAITABLE_STATE,
  WAITABLE_WORDS,
  WaitForGroup,
} from '../../scheduler/waiting.ts'
import { readAt } from '../read-at.ts'
import { Elements } from './array.ts'
import { failNil, verify, verifyValue } from './check.ts'
import { expectGoroutine, expectRun, p, type Run, run } from './current.ts'
import {
  type AnyKind,
  coerce,
  expectKind,
  type Get,
  nil,
  type Put,
  type Ref,
  type Self,
  type Storage,
} from './kinds.ts'

/**
 * To be written behind `yield*`, whose value is that of the operation. Any other way to step it
 * throws.
 */
export interface Operation<T> extends Iterable<Yielded, T, unknown> {
  next(): IteratorResult<Yielded, T>
}

declare const carries: unique symbol
/** A case of a select. */
export interface Case<out T> {
  readonly [carries]?: T
}

/** A channel type: its channels carry values of one kind. */
export interface ChannelType<K> {
  readonly typeId: number
  readonly typeName: string
  /**
   * Makes a channel with room for `capacity` values. Throws OutOfMemoryError, and a RangeError for
   * a bad capacity. @safepoint
   */
  readonly new: (capacity?: number) => Ref<ChannelType<K>>
  /**
   * Sends a value; waits for a receiver or for room. Throws a ChannelError if the channel is
   * closed.
   */
  send(channel: Ref<ChannelType<K>>, value: Put<K>): Operation<void>
  /** Receives; waits for a value. Gives 0, nil or false once the channel is closed and empty. */
  recv(channel: Ref<ChannelType<K>>): Operation<Get<K>>
  /** As `recv`, but gives undefined once the channel is closed and empty. */
  next(channel: Ref<ChannelType<K>>): Operation<Get<K> | undefined>
  /**
   * Says that no more values come. Throws a ChannelError if the channel is closed already.
   * @nosafepoint
   */
  close(channel: Ref<ChannelType<K>>): void
  /** Values in the channel's buffer, and how many fit into it. */
  length(channel: Ref<ChannelType<K>>): number
  capacity(channel: Ref<ChannelType<K>>): number
  /** Cases for `select`. A case of nil is never possible. */
  receiving(channel: Ref<ChannelType<K>>): Case<Get<K>>
  sending(channel: Ref<ChannelType<K>>, value: Put<K>): Case<undefined>
}

/**
 * Declares a channel type, at module level and in the same order on every P.
 *
 * @example const Numbers = chan(i32)
 */
export function chan<K extends Exclude<AnyKind, Self>>(kind: K): ChannelType<K> {
  const run = expectRun('chan')
  expectKind('chan', kind)
  const channels = new Chan(run, kind)
  return run.handles.make(channels.typeName, handleOf(channels)) as unknown as ChannelType<K>
}

function handleOf(channels: Chan): object {
  return {
    typeId: channels.typeId,
    typeName: channels.typeName,
    new: (capacity?: number) => channels.new(capacity),
    send: (channel: number, value: number | boolean) => channels.send(channel, value),
    recv: (channel: number) => channels.recv(channel),
    next: (channel: number) => channels.next(channel),
    close: (channel: number) => channels.close(channel),
    length: (channel: number) => channels.length(channel),
    capacity: (channel: number) => channels.capacity(channel),
    receiving: (channel: number) => channels.receiving(channel),
    sending: (channel: number, value: number | boolean) => channels.sending(channel, value),
  }
}

class Chan {
  readonly typeId: number
  readonly typeName: string
  private readonly run: Run
  private readonly kind: AnyKind
  private readonly header: number
  private readonly buffer: Elements

  constructor(run: Run, kind: AnyKind) {
    this.run = run
    this.kind = kind
    this.typeName = `chan(${kind.label})`
    this.buffer = new Elements(run, kind, `array(${kind.label})`)
    this.typeId = run.declarations.declareType(this.typeName, CHANNEL_BYTES)
    this.header = headerOf(this.typeId, 1)
    run.typeNames.set(this.typeId, this.typeName)
  }

  new(capacity = 0): number {
    if (!Number.isInteger(capacity) || capacity < 0)
      throw new RangeError(
        `${this.typeName}.new: capacity ${capacity} must be a whole number from 0`,
      )
    const { heap, meta, barrier } = this.run
    const buffer = capacity === 0 ? nil : this.buffer.new(capacity)
    const at = this.allocate(buffer)
    const word = at >>> 2
    heap[word + CHANNEL_BUFFER] = buffer
    heap[word + CHANNEL_CAPACITY] = capacity
    heap[word + CHANNEL_KIND] = this.kind.storage
    heap[word] = this.header
    if (meta[WRITE_BARRIER] !== 0) barrier.record(buffer)
    return at
  }

  private allocate(buffer: number): number {
    const { p, stack } = this.run
    const top = stack.top - stack.base
    try {
      stack.push(buffer)
      return p.allocator.allocate(CHANNEL_BYTES, false)
    } finally {
      stack.top = stack.base + top
    }
  }

  send(channel: number, value: number | boolean): Operation<void> {
    return new Send(this.run.p, this.run.channels, this.verify(channel), this.outgoing(value))
  }

  recv(channel: number): Operation<number | boolean> {
    return new ReceiveValue(
      this.run.p,
      this.run.channels,
      this.verify(channel),
      this.kind.storage,
      false,
    ) as Operation<number | boolean>
  }

  next(channel: number): Operation<number | boolean | undefined> {
    return new ReceiveValue(
      this.run.p,
      this.run.channels,
      this.verify(channel),
      this.kind.storage,
      true,
    )
  }

  close(channel: number): void {
    this.run.channels.close(this.verify(channel))
  }

  length(channel: number): number {
    return readAt(this.run.heap, (this.verify(channel) >>> 2) + CHANNEL_COUNT)
  }

  capacity(channel: number): number {
    return readAt(this.run.heap, (this.verify(channel) >>> 2) + CHANNEL_CAPACITY)
  }

  receiving(channel: number): Case<unknown> {
    return new TypedCase('receive', this.verifyOrNil(channel), 0, this.kind.storage)
  }

  sending(channel: number, value: number | boolean): Case<undefined> {
    return new TypedCase('send', this.verifyOrNil(channel), this.outgoing(value), this.kind.storage)
  }

  private verifyOrNil(channel: number): number {
    return channel === 0 ? 0 : this.verify(channel)
  }

  private verify(channel: number): number {
    return verifyObject(this.run, channel, this.header, this.typeId, this.typeName)
  }

  private outgoing(value: number | boolean): number {
    if (this.run.check && this.kind.storage === KIND_REF)
      verifyValue(Number(value), this.kind.typeId(), this.kind.label, `value for ${this.typeName}`)
    return coerce(this.kind.storage, value)
  }
}

const CHANNEL_BYTES = CHANNEL_WORDS * 4

/** A receive, with the value as the program sees it. */
export class ReceiveValue extends Receive<number | boolean | undefined> {
  private readonly storage: Storage
  private readonly orUndefined: boolean

  constructor(p: P, channels: Channels, channel: number, storage: Storage, orUndefined: boolean) {
    super(p, channels, channel)
    this.storage = storage
    this.orUndefined = orUndefined
  }

  protected override result(): number | boolean | undefined {
    return !this.ok && this.orUndefined ? undefined : incoming(this.value, this.storage)
  }
}

function incoming(value: number, storage: Storage): number | boolean {
  if (storage === KIND_BOOL) return value !== 0
  return storage === KIND_U32 ? value >>> 0 : value
}

/**
 * What a select chose: the index of the case; its value, undefined unless it received; and false if
 * its channel is closed and empty.
 */
export interface Choice<T> {
  readonly index: number
  readonly value: T
  readonly ok: boolean
}

class TypedCase implements SelectCase, Case<never> {
  declare readonly [carries]?: never
  readonly kind: SelectCase['kind']
  readonly channel: number
  readonly value: number
  readonly storage: Storage

  constructor(kind: SelectCase['kind'], channel: number, value: number, storage: Storage) {
    this.kind = kind
    this.channel = channel
    this.value = value
    this.storage = storage
  }
}

/** A case that is taken after this many milliseconds if no other is possible before. */
export function timeout(milliseconds: number): Case<undefined> {
  return new TypedCase('timeout', 0, millisecondsFor('timeout', milliseconds), KIND_REF)
}

/** Takes a text of digits too, since the arguments of main are texts. */
function millisecondsFor(what: string, given: number): number {
  const milliseconds = Number(given)
  if (Number.isNaN(milliseconds))
    throw new RangeError(`${what}: ${String(given)} is no number of milliseconds`)
  return milliseconds
}

/** The case that is taken if no other is possible now (Go's default). */
export const otherwise: Case<undefined> = new TypedCase('otherwise', 0, 0, KIND_REF)

/**
 * Waits until one of the cases is possible, and does it. If several are, it takes any of them.
 *
 * @example const got = yield* select(Numbers.receiving(c), timeout(10))
 */
export function select<const C extends readonly Case<unknown>[]>(
  ...cases: C
): Operation<Choice<C[number] extends Case<infer T> ? T : never>> {
  expectGoroutine('select')
  for (const [index, one] of cases.entries())
    if (!(one instanceof TypedCase))
      throw new TypeError(
        `select: argument ${index + 1} is no case: receiving, sending, timeout(ms) or otherwise`,
      )
  return new SelectCases(cases as unknown as readonly TypedCase[]) as unknown as Operation<
    Choice<C[number] extends Case<infer T> ? T : never>
  >
}

export class SelectCases extends Select<Choice<unknown>> {
  private readonly typed: readonly TypedCase[]

  constructor(cases: readonly TypedCase[]) {
    super(p, run.channels, cases)
    this.typed = cases
  }

  protected override result(): Choice<unknown> {
    this.expectOpen()
    const chosen = this.typed[this.index]
    return {
      index: this.index,
      ok: this.ok,
      value: chosen?.kind === 'receive' ? incoming(this.value, chosen.storage) : undefined,
    }
  }
}

/** Sleeps for this many milliseconds. */
export function sleep(milliseconds: number): Operation<void> {
  expectGoroutine('sleep')
  return new Sleep(p, millisecondsFor('sleep', milliseconds))
}

const WAITABLE_BYTES = WAITABLE_WORDS * 4

function newWaitable({ p, heap }: Run, typeId: number, state: number): number {
  const at = p.allocator.allocate(WAITABLE_BYTES, true)
  heap[(at >>> 2) + WAITABLE_STATE] = state
  heap[at >>> 2] = headerOf(typeId, 0)
  return at
}

function declareWaitable(run: Run, name: string): number {
  const typeId = run.declarations.declareType(name, 32)
  run.typeNames.set(typeId, name)
  return typeId
}

/**
 * Refuses nil and any other object, in every mode: in another object, a lock would be sought where
 * something else is. Returns the object as a number.
 */
function verifyObject(
  run: Run,
  object: number,
  header: number,
  typeId: number,
  name: string,
): number {
  if (object === 0) failNil(name)
  if (run.check) verify(object, typeId, name, name)
  // A number from here on, whatever the program gave: no code of the program runs under a lock.
  const at = object | 0
  if (run.heap[at >>> 2] !== header) throw new TypeError(`${String(object)} is no ${name}`)
  return at
}

/** Reads a count of a wait group, or a change of it. */
function wholeCount(what: string, given: number, least: number): number {
  const count = Number(given)
  if (!Number.isInteger(count) || count < least || count > MAX_COUNT)
    throw new RangeError(
      `${what}: ${String(given)} must be a whole number from ${least} to ${MAX_COUNT}`,
    )
  return count
}

/** The type of mutexes. */
export interface Mutex {
  readonly typeId: number
  readonly typeName: 'mutex'
  /** Makes a mutex. Throws OutOfMemoryError. @safepoint */
  readonly new: () => Ref<Mutex>
  /** Waits until the mutex is free, and takes it. First come, first served. */
  lock(mutex: Ref<Mutex>): Operation<void>
  /**
   * Gives the mutex to the first goroutine that waits. Throws a ChannelError if it is not locked.
   * @nosafepoint
   */
  unlock(mutex: Ref<Mutex>): void
}

/** The type of wait groups. */
export interface WaitGroup {
  readonly typeId: number
  readonly typeName: 'waitGroup'
  /**
   * Makes a wait group with a count. Throws a RangeError unless the count is a whole number from 0
   * to 2³¹ − 1. @safepoint
   */
  readonly new: (count?: number) => Ref<WaitGroup>
  /**
   * Adds to the count. At 0, all goroutines that wait go on. Throws a ChannelError if the count
   * would be below 0 or above 2³¹ − 1, and a RangeError if `count` is no whole number. @nosafepoint
   */
  add(group: Ref<WaitGroup>, count: number): void
  /** As `add(group, −1)`. @nosafepoint */
  done(group: Ref<WaitGroup>): void
  /** Waits until the count is 0. */
  wait(group: Ref<WaitGroup>): Operation<void>
}

/** The runtime declares it, as it does byte strings. */
export function mutexOf(run: Run): Mutex {
  const typeId = declareWaitable(run, 'mutex')
  const verified = (object: number): number =>
    verifyObject(run, object, headerOf(typeId, 0), typeId, 'mutex')
  return run.handles.make('mutex', {
    typeId,
    typeName: 'mutex',
    new: () => newWaitable(run, typeId, 0) as Ref<Mutex>,
    lock: (object: Ref<Mutex>) => new LockMutex(run.p, verified(object)),
    unlock: (object: Ref<Mutex>) => unlockMutex(run.p, verified(object)),
  })
}

export function waitGroupOf(run: Run): WaitGroup {
  const typeId = declareWaitable(run, 'waitGroup')
  const verified = (object: number): number =>
    verifyObject(run, object, headerOf(typeId, 0), typeId, 'waitGroup')
  return run.handles.make('waitGroup', {
    typeId,
    typeName: 'waitGroup',
    new: (count = 0) =>
      newWaitable(run, typeId, wholeCount('waitGroup.new', count, 0)) as Ref<WaitGroup>,
    add: (object: Ref<WaitGroup>, count: number) =>
      addToGroup(run.p, verified(object), wholeCount('waitGroup.add', count, -MAX_COUNT)),
    done: (object: Ref<WaitGroup>) => addToGroup(run.p, verified(object), -1),
    wait: (object: Ref<WaitGroup>) => new WaitForGroup(run.p, verified(object)),
  })
}
