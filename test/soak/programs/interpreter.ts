// Carries out one random program (../grammar.ts), and compares the heap with a model of it
// (model.ts).
//
//   1. Each goroutine owns a graph of objects, which is reachable from its places, and a model of
//      the graph: plain JavaScript objects, on the P where it runs. It changes both alike.
//   2. It compares both where the program says so. Every reference must lead where the model's
//      does, two objects that are one in the model must be one, and every number must follow from
//      its object's stamp.
//   3. What goes to another goroutine goes as a crate: objects that no other goroutine knows, and a
//      manifest from which the receiver makes its model anew.
//   4. An error that an attempt throws unwinds its scope: what was in the scope's places is in no
//      place any more, and the scope's mutex is unlocked.
//   5. When all goroutines but main have ended, a census compares the bytes of the heap, after two
//      collections, with the sum over the model.
//
// The argument is the program, as JSON. The last line that main prints is JSON that says how much
// was compared (../totals.ts).
import {
  enter,
  gc,
  getLocal,
  go,
  i32,
  keep,
  type Local,
  leave,
  local,
  mutex,
  nil,
  numGoroutine,
  otherwise,
  poll,
  procs,
  readMemStats,
  ref,
  select,
  setGCPercent,
  setLocal,
  sleep,
  task,
  bytes as text,
  timeout,
  waitGroup,
} from 'sawtooth'
import {
  type AtOnce,
  GUARDS,
  type Leftover,
  type Operation,
  type Place,
  type Sabotage,
  type Script,
  SHARED_CELLS,
} from '../grammar.ts'
import type { Totals } from '../totals.ts'
import { endRun } from './ends.ts'
import { leaveBehind } from './leftovers.ts'
import { isOverflow, throwing } from './mistakes.ts'
import { bytesIn, closureOf, Item, numberOf } from './model.ts'
import { Places } from './places.ts'
import { type Any, Crate, fill, MADE_WITH, make, setReference } from './shapes.ts'
import { channelBytes, LOCK_BYTES, slotFor } from './sizes.ts'
import { type Met, modelOfCrate, walk } from './walk.ts'
import {
  Crates,
  guards,
  leaked,
  locks,
  mailboxes,
  programOf,
  registry,
  shared,
  source,
  TOTALS,
  totals,
} from './world.ts'

type Attempt = Extract<Operation, { do: 'attempt' }>
/** Says how to tell whether an error that is thrown from here on is the expected one. */
type Expect = (isRight: (error: unknown) => boolean) => void

/** The GC percent that is set during a census. */
const CENSUS_PERCENT = 77

/** One goroutine: it does with its places what its script says. */
class Actor {
  private readonly script: Script
  private readonly isMain: boolean
  private readonly places: Places
  /**
   * The channel on which its forks answer, and their wait group. Both are made with the first fork.
   */
  private replies: Local<typeof Crates> | null = null
  private group: Local<typeof waitGroup> | null = null
  private forked = 0
  private round = 0
  private allocatedBefore = 0
  private operations = 0
  private censuses = 0
  private caught = 0
  private overflowed = 0
  private changes = 0
  private left = 0
  private printedOut = 0
  private printedErr = 0
  /** True while it holds a guard, for which others wait. Meanwhile it waits for none of them. */
  private isHolding = false

  constructor(script: Script, isMain: boolean, budget: number) {
    this.script = script
    this.isMain = isMain
    this.places = new Places(script, budget)
  }

  // ————— a goroutine's life

  /** `luggage` is the crate that the goroutine was started with, or nil. It stays protected. */
  *live(luggage: Any): Generator<unknown, void, unknown> {
    yield* this.places.furnish()
    if (luggage !== nil) this.places.adopt(luggage, 0)
    for (this.round = 0; this.round < this.script.rounds; this.round++)
      yield* this.carryOut(this.script.operations)
    yield* this.join(0)
    this.places.verify()
  }

  /**
   * A crate with all that is left, or nil. It is bare, and nothing in it is in a place any more.
   */
  bequest(): Any {
    if (!this.script.bequeaths || !this.places.gather()) {
      this.places.clear()
      return nil
    }
    const crate = this.places.get(0)
    this.places.clear()
    return crate
  }

  /** Adds its counts to the totals of the run. */
  *report(): Generator<unknown, void, unknown> {
    const { operations, censuses, caught, overflowed, changes, left, printedOut, printedErr } = this
    const { objects, refused } = this.places
    const own: Totals = {
      ...{
        goroutines: 1,
        objects,
        operations,
        refused,
        censuses,
        caught,
        overflowed,
        changes,
        left,
      },
      ...{ printedOut, printedErr },
    }
    yield* mutex.lock(registry.get())
    for (const [index, name] of TOTALS.entries()) totals.set(index, totals.get(index) + own[name])
    mutex.unlock(registry.get())
  }

  // ————— operations

  private *carryOut(operations: readonly Operation[]): Generator<unknown, void, unknown> {
    for (const operation of operations) {
      this.operations++
      switch (operation.do) {
        case 'ship':
          yield* this.ship(this.places.at(operation.place), operation.mailbox, operation.ms)
          break
        case 'take':
          yield* this.take(operation.mailboxes, this.places.at(operation.to), operation.ms)
          break
        case 'swap':
          yield* this.swap(operation.cell % SHARED_CELLS, this.places.at(operation.place))
          break
        case 'join':
          yield* this.join(operation.to)
          break
        case 'scope':
          yield* this.scope(operation.slots, operation.operations, operation.result, operation.to)
          break
        case 'attempt':
          yield* this.attempt(operation)
          break
        case 'overflow':
          this.overflow(operation.left, operation.operation)
          break
        case 'sleep':
          yield* sleep(operation.ms)
          break
        case 'yield':
          for (let time = 0; time < operation.times; time++) yield
          break
        case 'census':
          if (this.isMain && !this.isHolding) yield* this.census()
          else this.places.verify()
          break
        case 'end':
          yield* endRun(operation.how, operation.stamp)
          break
        case 'sabotage':
          yield* this.sabotage(operation.how)
          break
        default:
          this.carryOutAtOnce(operation)
      }
    }
  }

  /** The operations that do not wait. */
  private carryOutAtOnce(operation: AtOnce): void {
    switch (operation.do) {
      case 'allocate':
        this.allocate(operation)
        break
      case 'grow':
        this.grow(operation)
        break
      case 'churn':
        this.churn(operation)
        break
      case 'link': {
        const target = this.places.find(operation.to)
        const holder = this.places.find(operation.from)
        if (target !== null && holder !== null)
          this.places.store(holder, operation.field, target.at, target.item)
        break
      }
      case 'unlink': {
        const holder = this.places.find(operation.from)
        if (holder !== null) this.places.store(holder, operation.field, nil, null)
        break
      }
      case 'move': {
        const from = this.places.at(operation.from)
        const [at, item] = [this.places.get(from), this.places.model[from]]
        this.places.put(from, nil, null)
        this.places.put(this.places.at(operation.to), at, item)
        break
      }
      case 'steal': {
        const taken = this.places.takeOut(this.places.find(operation.from), operation.field)
        if (taken !== null) this.places.put(this.places.at(operation.to), taken.at, taken.item)
        break
      }
      case 'transfer': {
        const into = this.places.find(operation.to)
        const taken = this.places.takeOut(this.places.find(operation.from), operation.field)
        if (taken !== null && into !== null)
          this.places.store(into, operation.into, taken.at, taken.item)
        break
      }
      case 'write': {
        const met = this.places.find(operation.at)
        if (met !== null) this.write(met, operation.stamp)
        break
      }
      case 'drop':
        this.places.put(this.places.at(operation.place), nil, null)
        break
      case 'pack':
        this.places.pack(this.places.at(operation.from), this.places.at(operation.to))
        break
      case 'unpack':
        this.places.unpack(this.places.at(operation.from), this.places.at(operation.to))
        break
      case 'fork':
        if (operation.round % this.script.rounds === this.round) this.fork(operation)
        break
      case 'descend':
        this.descend(operation.depth, operation.stamp, operation.bottom)
        break
      case 'poll':
        for (let time = 0; time < operation.times; time++) poll()
        break
      case 'gc':
        gc()
        break
      case 'percent':
        setGCPercent(operation.percent)
        this.changes++
        break
      case 'statistics':
        this.statistics()
        break
      case 'print':
        this.print(operation)
        break
      case 'leave':
        this.leave(operation.how)
        break
      case 'verify':
        this.places.verify()
        break
    }
  }

  private allocate({
    kind,
    length,
    stamp,
    to,
    from,
  }: Extract<Operation, { do: 'allocate' }>): void {
    const item = new Item(kind, length, stamp)
    if (!this.places.afford(item.bytes)) return
    const mets = from.map(spot => this.places.find(spot)).filter(met => met !== null)
    const fields = Math.min(MADE_WITH, mets.length, item.references.length)
    const references = mets.slice(0, fields)
    const at = this.places.attempt(() =>
      make(
        item,
        references.map(met => met.at),
      ),
    )
    if (at === nil) return
    references.forEach((met, index) => {
      item.references[index] = met.item
    })
    this.places.put(this.places.at(to), at, item)
  }

  private grow({ shape, size, stamp, to }: Extract<Operation, { do: 'grow' }>): void {
    if (!this.places.afford(size * 16)) return
    const grown = shape === 'chain' ? this.chain(size, stamp) : this.tree(size, stamp)
    if (grown !== null) this.places.put(this.places.at(to), grown.at, grown.item)
  }

  /** A chain of `size` pairs, whose head is in a local that changes. */
  private chain(size: number, stamp: number): Met | null {
    const scope = enter()
    const head = local<never>(nil)
    let item: Item | null = null
    for (let index = 0; index < size; index++) {
      const next = new Item('pair', 0, numberOf(stamp, index))
      const at = this.places.attempt(() => make(next, [getLocal(head)]))
      if (at === nil) break
      next.references[0] = item
      setLocal(head, at)
      item = next
    }
    const at = leave(scope, getLocal(head))
    return item === null ? null : { at, item }
  }

  /** A tree of `size` pairs. */
  private tree(size: number, stamp: number): Met | null {
    const [leftSize, rightSize] = [(size - 1) >>> 1, size - 1 - ((size - 1) >>> 1)]
    const scope = enter()
    const left = leftSize === 0 ? null : this.tree(leftSize, numberOf(stamp, 1))
    const kept = keep(left?.at ?? nil)
    const right = rightSize === 0 ? null : this.tree(rightSize, numberOf(stamp, 2))
    const item = new Item('pair', 0, stamp)
    const at = leave(
      scope,
      this.places.attempt(() => make(item, [kept, right?.at ?? nil])),
    )
    if (at === nil) return null
    item.references[0] = left?.item ?? null
    item.references[1] = right?.item ?? null
    return { at, item }
  }

  private churn({ kind, length, count }: Extract<Operation, { do: 'churn' }>): void {
    const item = new Item(kind, length, 0)
    if (item.bytes > this.places.budget) return
    for (let index = 0; index < count; index++) this.places.attempt(() => make(item, []))
  }

  private write({ at, item }: Met, stamp: number): void {
    item.stamp = stamp
    fill(at, item)
  }

  private *ship(place: Place, mailbox: number, ms: number): Generator<unknown, void, unknown> {
    if (!this.places.isCrate(place)) return
    const box = mailboxes.get(mailbox % programOf().mailboxes.length)
    const sending = Crates.sending(box, this.places.get(place) as never)
    const { index } = yield* select(sending, ms === 0 ? otherwise : timeout(ms))
    if (index === 0) this.places.put(place, nil, null)
  }

  private *take(
    boxes: readonly number[],
    to: Place,
    ms: number,
  ): Generator<unknown, void, unknown> {
    const receiving = boxes.map(box =>
      Crates.receiving(mailboxes.get(box % programOf().mailboxes.length)),
    )
    const { index, value } = yield* select(...receiving, ms === 0 ? otherwise : timeout(ms))
    if (index < boxes.length) this.places.adopt(value as Any, to)
  }

  private *swap(cell: number, place: Place): Generator<unknown, void, unknown> {
    const isCrate = this.places.isCrate(place)
    yield* mutex.lock(locks.get(cell))
    const taken = shared.get(cell)
    shared.set(cell, isCrate ? (this.places.get(place) as never) : nil)
    if (taken !== nil) this.places.adopt(taken as Any, place)
    else if (isCrate) this.places.put(place, nil, null)
    mutex.unlock(locks.get(cell))
  }

  // ————— goroutines

  private fork({ script: number, carry, on }: Extract<Operation, { do: 'fork' }>): void {
    const { scripts } = programOf()
    if (number >= scripts.length || this.isHolding) return
    if (this.replies === null || this.group === null) {
      const replies = this.places.attempt(() => Crates.new(this.script.replies))
      if (replies === nil) return
      this.replies = local<typeof Crates>(replies)
      const group = this.places.attempt(() => waitGroup.new(0))
      this.group = local<typeof waitGroup>(group)
    }
    const group = getLocal(this.group)
    if (group === nil) return
    waitGroup.add(group, 1)
    this.forked++
    const place = carry === null ? null : this.places.at(carry)
    const isCarried = place !== null && this.places.isCrate(place)
    const crate = isCarried ? this.places.get(place) : nil
    if (isCarried) this.places.put(place, nil, null)
    const replies = getLocal(this.replies)
    if (on === null) go(worker, number, crate as never, replies, getLocal(this.group))
    else go.on(on % procs(), worker, number, crate as never, replies, getLocal(this.group))
  }

  private *join(to: Place): Generator<unknown, void, unknown> {
    if (this.replies === null || this.group === null || this.forked === 0 || this.isHolding) return
    yield* waitGroup.wait(getLocal(this.group))
    for (; this.forked > 0; this.forked--) {
      const crate = (yield* Crates.recv(getLocal(this.replies))) as Any
      // The crates go into one place after the other.
      if (crate !== nil) this.places.adopt(crate, this.places.at(to + this.forked))
    }
  }

  // ————— stacks

  private *scope(
    slots: number,
    operations: readonly Operation[],
    result: number,
    to: Place,
  ): Generator<unknown, void, unknown> {
    // A channel and a group made inside would end with the scope.
    const { replies, group } = this
    const scope = enter()
    const { count } = this.places
    const outer = this.places.extend(slots)
    yield* this.carryOut(operations)
    if (replies === null && this.replies !== null) yield* this.join(0)
    const chosen = outer + (result % slots)
    const item = this.places.model[chosen]
    const at = leave(scope, this.places.get(chosen))
    this.replies = replies
    this.group = group
    this.places.cutBackTo(count)
    this.places.put(this.places.at(to), at, item)
  }

  // ————— errors

  /** Throws an error and catches it. What was put into the places of its scopes is dropped. */
  private *attempt(attempt: Attempt): Generator<unknown, void, unknown> {
    const { replies, group } = this
    const { count } = this.places
    const scope = enter()
    this.places.extend(attempt.slots)
    let isRight: ((error: unknown) => boolean) | null = null
    const expect: Expect = right => {
      isRight = right
    }
    let isCaught = false
    try {
      if (attempt.guard === null || this.isHolding) yield* this.failing(attempt, expect)
      else yield* this.holding(attempt.guard % GUARDS, () => this.failing(attempt, expect))
    } catch (error) {
      // An error that comes before one is expected is a failure of the run.
      if ((isRight as ((error: unknown) => boolean) | null)?.(error) !== true) throw error
      isCaught = true
    }
    if (!isCaught) throw new Error(`attempt: ${attempt.thrown} ${attempt.stamp} was not thrown`)
    this.caught++
    // The end of this scope also ends the scopes that the error has left.
    if (replies === null && this.replies !== null) yield* this.join(0)
    this.replies = replies
    this.group = group
    this.places.cutBackTo(count)
    leave(scope)
  }

  private *failing(
    { operations, after, thrown, stamp }: Attempt,
    expect: Expect,
  ): Generator<unknown, void, unknown> {
    yield* this.carryOut(operations.slice(0, after))
    yield* throwing(thrown, stamp, programOf().isChecked, expect)
  }

  private *holding(
    guard: number,
    act: () => Generator<unknown, void, unknown>,
  ): Generator<unknown, void, unknown> {
    yield* mutex.lock(guards.get(guard))
    this.isHolding = true
    try {
      yield* act()
    } finally {
      this.isHolding = false
      mutex.unlock(guards.get(guard))
    }
  }

  /** Overflows the native stack, with an operation near its end, and then compares. */
  private overflow(left: number, operation: AtOnce): void {
    const scope = enter()
    this.descendToTheEnd(left, operation)
    leave(scope)
    this.places.verify()
  }

  /** Returns how many calls have returned without an overflow. */
  private descendToTheEnd(left: number, operation: AtOnce): number {
    let returned = 0
    try {
      returned = this.descendToTheEnd(left, operation) + 1
    } catch (error) {
      if (!isOverflow(error)) throw error
    }
    if (returned === left) this.carryOutNearTheEnd(operation)
    return returned
  }

  private carryOutNearTheEnd(operation: AtOnce): void {
    try {
      this.carryOutAtOnce(operation)
    } catch (error) {
      if (!isOverflow(error)) throw error
      this.overflowed++
    }
  }

  // ————— output and leftovers

  private print({ on, lines, length }: Extract<Operation, { do: 'print' }>): void {
    const line = 'x'.repeat(length)
    for (let index = 0; index < lines; index++) {
      if (on === 'stdout') console.log(line)
      else console.error(line)
    }
    if (on === 'stdout') this.printedOut += lines * length
    else this.printedErr += lines * length
  }

  private leave(how: Leftover): void {
    leaveBehind(how, [...walk(this.places.roots())])
    this.left++
  }

  // ————— recursion

  /** Goes down, keeping a new object on each level, and compares them on the way back. */
  private descend(depth: number, stamp: number, bottom: 'gc' | 'allocate' | 'poll'): void {
    if (depth === 0) {
      if (bottom === 'gc') gc()
      else if (bottom === 'poll') poll()
      else
        for (let index = 0; index < 100; index++)
          this.places.attempt(() => make(new Item('pair', 0, index), []))
      return
    }
    const scope = enter()
    const item = new Item('pair', 0, numberOf(stamp, depth))
    const kept = keep(this.places.attempt(() => make(item, [])))
    this.descend(depth - 1, stamp, bottom)
    if (kept !== nil) this.places.objects += walk([[`level ${depth}`, kept, item]]).size
    leave(scope)
  }

  // ————— checks

  private statistics(): void {
    const reachable = bytesIn(closureOf(this.places.model))
    const stats = readMemStats()
    const expect = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(`memory statistics: ${what}`)
    }
    expect(
      stats.HeapAlloc >= reachable,
      `HeapAlloc is ${stats.HeapAlloc}, ${reachable} bytes are reachable from here`,
    )
    expect(
      stats.HeapInuse >= stats.HeapAlloc,
      `HeapInuse ${stats.HeapInuse} is less than HeapAlloc ${stats.HeapAlloc}`,
    )
    expect(
      stats.HeapSys === stats.HeapInuse + stats.HeapIdle,
      `HeapSys ${stats.HeapSys} is not the sum of its parts`,
    )
    expect(
      stats.TotalAlloc >= this.allocatedBefore,
      `TotalAlloc fell from ${this.allocatedBefore} to ${stats.TotalAlloc}`,
    )
    this.allocatedBefore = stats.TotalAlloc
  }

  /**
   * All goroutines end. What is in mailboxes and shared globals is taken and dropped. Then the heap
   * must hold what the model does.
   */
  *census(): Generator<unknown, void, unknown> {
    yield* this.join(0)
    while (numGoroutine() > 1) yield
    yield* this.empty()
    this.places.verify()
    this.setLimits()
    gc()
    gc()
    const { HeapAlloc } = readMemStats()
    const expected = bytesIn(closureOf(this.places.model)) + this.furniture()
    if (HeapAlloc !== expected)
      throw new Error(`census: HeapAlloc is ${HeapAlloc}, ${expected} bytes are reachable`)
    this.places.verify()
    this.censuses++
  }

  /** No other goroutine sets the GC percent now, so what is set must be read again. */
  private setLimits(): void {
    const before = setGCPercent(CENSUS_PERCENT)
    const found = setGCPercent(before)
    if (found !== CENSUS_PERCENT)
      throw new Error(`setGCPercent: set to ${CENSUS_PERCENT}, was ${found}`)
    this.changes += 2
  }

  private *empty(): Generator<unknown, void, unknown> {
    const { mailboxes: capacities } = programOf()
    for (let box = 0; box < capacities.length; ) {
      const { index, value } = yield* select(Crates.receiving(mailboxes.get(box)), otherwise)
      if (index === 0) this.inspect(value as Any)
      else box++
    }
    for (let cell = 0; cell < SHARED_CELLS; cell++) {
      const crate = shared.get(cell)
      shared.set(cell, nil)
      if (crate !== nil) this.inspect(crate as Any)
    }
  }

  private inspect(crate: Any): void {
    this.places.objects += walk([['a crate left over', crate, modelOfCrate(crate)]]).size
  }

  /** The bytes of what is reachable and in no model. Main is the only goroutine. */
  private furniture(): number {
    const { mailboxes: capacities } = programOf()
    return (
      slotFor(8 + text.length(source.get())) +
      capacities.reduce((sum, capacity) => sum + channelBytes(capacity), 0) +
      (SHARED_CELLS + GUARDS + 1) * LOCK_BYTES +
      this.places.tableBytes() +
      (this.replies === null ? 0 : channelBytes(this.script.replies)) +
      (this.group === null || getLocal(this.group) === nil ? 0 : LOCK_BYTES)
    )
  }

  // ————— what is not drawn

  private *sabotage(how: Sabotage): Generator<unknown, void, unknown> {
    if (how === 'hang') for (;;) yield
    if (how === 'leak') leaked.set(make(new Item('pair', 0, 1), []))
    for (const [item, at] of walk(this.places.roots())) {
      const index = item.references.findIndex(target => target !== null)
      if (how === 'cut' && index >= 0) {
        setReference(at, item.kind, index, nil)
        return
      }
      if (how === 'number' && item.kind === 'pair') {
        const { stamp } = item
        item.stamp = ~stamp
        fill(at, item)
        item.stamp = stamp
        return
      }
    }
    if (how === 'hide') this.hide()
  }

  /** Breaks the rule for references: a reference is bare over collections, and then put back. */
  private hide(): void {
    const place = this.places.model.findIndex(item => item !== null)
    if (place < 0) return
    const item = this.places.model[place] as Item
    const at = this.places.get(place)
    this.places.put(place, nil, null)
    gc()
    gc()
    for (let index = 0; index < 2000; index++)
      make(new Item(item.kind === 'crate' ? 'pair' : item.kind, 0, -1), [])
    this.places.put(place, at, item)
  }
}

const worker = task(
  'worker',
  [i32, ref(Crate), ref(Crates), ref(waitGroup)],
  function* (number, luggage, replies, group) {
    const { scripts, bytes } = programOf()
    const actor = new Actor(scripts[number], false, bytes)
    yield* actor.live(luggage as Any)
    yield* actor.report()
    waitGroup.done(group)
    yield* Crates.send(replies, actor.bequest() as never)
  },
)

export default function* main(json = '{}') {
  source.set(text.from(json))
  const { scripts, mailboxes: capacities, bytes } = programOf()
  for (const [index, capacity] of capacities.entries()) mailboxes.set(index, Crates.new(capacity))
  for (let cell = 0; cell < SHARED_CELLS; cell++) locks.set(cell, mutex.new())
  for (let guard = 0; guard < GUARDS; guard++) guards.set(guard, mutex.new())
  registry.set(mutex.new())
  const actor = new Actor(scripts[0], true, bytes)
  yield* actor.live(nil)
  yield* actor.census()
  yield* actor.report()
  console.log(
    JSON.stringify(Object.fromEntries(TOTALS.map((name, index) => [name, totals.get(index)]))),
  )
}
