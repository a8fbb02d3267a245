// Carries out one random program (../grammar.ts), and compares the heap with a model of it (model.ts).
//
//   Each goroutine owns a graph of objects, which hangs from its places, and the model of it: plain JavaScript objects, on the P where it runs. It
//   changes both alike, and compares them where the program says so: every reference must lead where the model's does, two that the model knows as
//   one must be one, and every number must follow from its object's stamp.
//   What goes to another goroutine goes as a crate: objects that nobody else knows, and a manifest from which the receiver makes its model anew.
//   A census, when all goroutines but main have ended, compares the bytes of the heap after two collections with the sum over the model.
//
// The argument is the program, as JSON. The last thing printed is a line of JSON that says how much was compared: see ../totals.ts.
import {
  chan,
  enter,
  f64,
  gc,
  getLocal,
  global,
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
  type Ref,
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
  MOST_MAILBOXES,
  type Operation,
  type Place,
  type Sabotage,
  type Script,
  SHARED_CELLS,
  type SoakProgram,
  type Spot,
} from '../grammar.ts'
import type { Totals } from '../totals.ts'
import { bytesIn, closureOf, Item, itemsOf, manifestOf, numberOf } from './model.ts'
import {
  type Any,
  Crate,
  compare,
  fill,
  getReference,
  Integers,
  MADE_WITH,
  make,
  makeCrate,
  References,
  setReference,
} from './shapes.ts'
import { channelBytes, LOCK_BYTES, slotFor } from './sizes.ts'

const Crates = chan(ref(Crate))
const Mailboxes = ref(Crates)

const OWN_GLOBALS = 96

/** The program as it was given to main, for the other Ps. */
const source = global(ref(text))
const mailboxes = global(Mailboxes, MOST_MAILBOXES)
/** Globals that goroutines own, a few each; and those they share, each with a mutex. */
const owned = global(ref, OWN_GLOBALS)
const shared = global(ref(Crate), SHARED_CELLS)
const locks = global(ref(mutex), SHARED_CELLS)
/** Under its mutex: globals owned so far, and the totals. */
const registry = global(ref(mutex))
const ownedSoFar = global(i32)
const totals = global(f64, 5)
const [GOROUTINES, OBJECTS, OPERATIONS, REFUSED, CENSUSES] = [0, 1, 2, 3, 4]
/** What `leak` hides from the model. */
const leaked = global(ref)

/** Most items of a crate: its manifest has some ten numbers for each. */
const MOST_IN_CRATE = 3000

let program: SoakProgram | null = null

/** The program, which each P reads once. */
function programOf(): SoakProgram {
  return (program ??= JSON.parse(text.text(source.get())) as SoakProgram)
}

/** A crate with its model. */
function itemsOfCrate(crate: Any): Item {
  const manifest = Crate.manifest.get(crate as never)
  const numbers = Array.from({ length: Integers.length(manifest) }, (_, index) => Integers.get(manifest, index))
  const item = new Item('crate', 0, numbers[numbers.length - 1])
  item.references[0] = itemsOf(numbers)[0]
  item.references[1] = new Item('manifest', numbers.length, 0, numbers)
  return item
}

/** Where a walk through the heap has found each item. */
type Found = Map<Item, Any>

/** Walks through the heap and the model side by side, and compares them. Not a safepoint. */
function walk(roots: readonly (readonly [where: string, at: Any, item: Item | null])[]): Found {
  const found: Found = new Map()
  const itemAt = new Map<Any, Item>()
  const waiting: [Any, Item][] = []
  const meet = (where: () => string, at: Any, item: Item | null): void => {
    if (item === null) {
      if (at !== nil) throw new Error(`${where()} is ${at}, must be nil`)
      return
    }
    if (at === nil) throw new Error(`${where()} is nil, must be a ${item.kind}`)
    const before = found.get(item)
    if (before === at) return
    if (before !== undefined) throw new Error(`${where()} is ${at}, must be ${before}: two for one ${item.kind}`)
    const other = itemAt.get(at)
    if (other !== undefined) throw new Error(`${where()} is ${at}, one ${other.kind} for two: this must be another`)
    found.set(item, at)
    itemAt.set(at, item)
    waiting.push([at, item])
  }
  for (const [where, at, item] of roots) meet(() => where, at, item)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [at, item] = next
    const { kind, references } = item
    const fault = compare(at, item)
    if (fault !== null) throw new Error(`${kind} at ${at}: ${fault}`)
    for (let index = 0; index < references.length; index++)
      meet(() => `reference ${index} of the ${kind} at ${at}`, getReference(at, kind, index), references[index])
  }
  return found
}

/** An object in the heap and in the model. */
interface Met {
  readonly at: Any
  readonly item: Item
}

/** One goroutine's places, their model, and the operations on them. */
class Actor {
  private readonly script: Script
  private readonly isMain: boolean
  /** Locals outside scopes: one at least, to put things in. */
  private readonly fixed: number
  /** Most bytes that may be reachable from here. */
  private readonly budget: number
  /** What must be in each place; null: nil. */
  private readonly model: (Item | null)[] = []
  /** The places that are locals: the fixed ones first, those of scopes last. */
  private readonly locals: Local<never>[] = []
  private table: Local<typeof References> | null = null
  private tableLength = 0
  private firstGlobal = 0
  private globals = 0
  /** Where what it forks answers, and the group of these: made with the first fork. */
  private replies: Local<typeof Crates> | null = null
  private group: Local<typeof waitGroup> | null = null
  private forked = 0
  private round = 0
  /** Bytes reachable at the last look, and allocated since. */
  private estimate = 0
  private allocatedBefore = 0
  private objects = 0
  private operations = 0
  private refused = 0
  private censuses = 0

  constructor(script: Script, isMain: boolean, budget: number) {
    this.script = script
    this.isMain = isMain
    this.fixed = Math.max(script.locals, 1)
    this.budget = budget
  }

  // ————— a goroutine's life

  /** `luggage`: the crate that it was started with, or nil. It is good as long as the goroutine is. */
  *live(luggage: Any): Generator<unknown, void, unknown> {
    yield* this.furnish()
    if (luggage !== nil) this.adopt(luggage, 0)
    for (this.round = 0; this.round < this.script.rounds; this.round++) yield* this.carryOut(this.script.operations)
    yield* this.join(0)
    this.verify()
  }

  /** What is left: a crate with all of it, or nil. Bare; nothing of it is in a place any more. */
  bequest(): Any {
    if (!this.script.bequeaths || !this.gather()) {
      this.clear()
      return nil
    }
    const crate = this.get(0)
    this.clear()
    return crate
  }

  /** Adds to the totals of the run. */
  *report(): Generator<unknown, void, unknown> {
    yield* mutex.lock(registry.get())
    totals.set(GOROUTINES, totals.get(GOROUTINES) + 1)
    totals.set(OBJECTS, totals.get(OBJECTS) + this.objects)
    totals.set(OPERATIONS, totals.get(OPERATIONS) + this.operations)
    totals.set(REFUSED, totals.get(REFUSED) + this.refused)
    totals.set(CENSUSES, totals.get(CENSUSES) + this.censuses)
    mutex.unlock(registry.get())
  }

  /** Makes the places. */
  private *furnish(): Generator<unknown, void, unknown> {
    const { table, globals } = this.script
    for (let slot = 0; slot < this.fixed; slot++) this.addLocal()
    const made = table === 0 ? nil : this.attempt(() => References.new(table))
    if (made !== nil) {
      this.table = local<typeof References>(made)
      this.tableLength = table
    }
    yield* mutex.lock(registry.get())
    this.firstGlobal = ownedSoFar.get()
    this.globals = Math.min(globals, OWN_GLOBALS - this.firstGlobal)
    ownedSoFar.set(this.firstGlobal + this.globals)
    mutex.unlock(registry.get())
    while (this.model.length < this.locals.length + this.tableLength + this.globals) this.model.push(null)
  }

  /** All places in one: the rest hangs from the first. False if that cannot be. */
  private gather(): boolean {
    const item = new Item('references', this.model.length, 0)
    const array = this.attempt(() => make(item, []))
    if (array === nil) return false
    const scope = enter()
    keep(array)
    for (let place = 0; place < this.model.length; place++) {
      if (this.model[place]?.kind === 'crate') this.unpack(place, place)
      setReference(array, 'references', place, this.get(place))
      item.references[place] = this.model[place]
      this.put(place, nil, null)
    }
    leave(scope)
    this.put(0, array, item)
    return this.pack(0, 0)
  }

  private clear(): void {
    for (let place = 0; place < this.model.length; place++) this.put(place, nil, null)
  }

  // ————— places

  private addLocal(): void {
    this.locals.push(local<never>(nil))
  }

  /** Place `number` of those there are. The locals of scopes come last, and are the likeliest. */
  private at(number: Place): Place {
    return number % this.model.length
  }

  private get(place: Place): Any {
    const slot = this.localOf(place)
    if (slot !== null) return getLocal(slot)
    const index = place - this.fixed
    if (this.table !== null && index < this.tableLength) return References.get(getLocal(this.table), index) as Any
    return owned.get(this.firstGlobal + index - this.tableLength) as Any
  }

  private put(place: Place, at: Any, item: Item | null): void {
    const slot = this.localOf(place)
    const index = place - this.fixed
    if (slot !== null) setLocal(slot, at)
    else if (this.table !== null && index < this.tableLength) References.set(getLocal(this.table), index, at)
    else owned.set(this.firstGlobal + index - this.tableLength, at)
    this.model[place] = item
  }

  /** Places: locals, the table, globals, and then the locals of scopes. */
  private localOf(place: Place): Local<never> | null {
    if (place < this.fixed) return this.locals[place]
    const index = place - this.tableLength - this.globals
    return index < this.fixed ? null : this.locals[index]
  }

  /** The object at a spot; null if there is none, or a crate: what is packed stays as it is. */
  private find([place, ...steps]: Spot): Met | null {
    const first = this.at(place)
    let item = this.model[first]
    if (item === null || item.kind === 'crate') return null
    let at = this.get(first)
    for (const step of steps) {
      const { references, kind }: Item = item
      const there: number[] = []
      for (let index = 0; index < references.length; index++) if (references[index] !== null) there.push(index)
      if (there.length === 0) break
      const index: number = there[step % there.length]
      at = getReference(at, kind, index)
      item = references[index] as Item
    }
    return { at, item }
  }

  private roots(): (readonly [string, Any, Item | null])[] {
    return this.model.map((item, place) => [`place ${place}`, this.get(place), item])
  }

  // ————— memory

  /** nil, if there is no memory. */
  private attempt<T>(makes: () => Ref<T>): Ref<T> {
    try {
      return makes()
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'OutOfMemoryError') throw error
      this.refused++
      return nil
    }
  }

  /** Makes sure that so many bytes more may be reachable, at the cost of what there is. False if they cannot be. */
  private afford(bytes: number): boolean {
    if (bytes > this.budget) return false
    if (this.estimate + bytes > this.budget) {
      this.estimate = bytesIn(closureOf(this.model))
      for (let place = 0; place < this.model.length && this.estimate + bytes > this.budget; place++) {
        const at = (place + this.operations) % this.model.length
        this.put(at, nil, null)
        this.estimate = bytesIn(closureOf(this.model))
      }
    }
    this.estimate += bytes
    return true
  }

  // ————— operations

  private *carryOut(operations: readonly Operation[]): Generator<unknown, void, unknown> {
    for (const operation of operations) {
      this.operations++
      switch (operation.do) {
        case 'ship':
          yield* this.ship(this.at(operation.place), operation.mailbox, operation.ms)
          break
        case 'take':
          yield* this.take(operation.mailboxes, this.at(operation.to), operation.ms)
          break
        case 'swap':
          yield* this.swap(operation.cell % SHARED_CELLS, this.at(operation.place))
          break
        case 'join':
          yield* this.join(operation.to)
          break
        case 'scope':
          yield* this.scope(operation.slots, operation.operations, operation.result, operation.to)
          break
        case 'sleep':
          yield* sleep(operation.ms)
          break
        case 'yield':
          for (let time = 0; time < operation.times; time++) yield
          break
        case 'census':
          if (this.isMain) yield* this.census()
          else this.verify()
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
  private carryOutAtOnce(
    operation: Exclude<
      Operation,
      { readonly do: 'ship' | 'take' | 'swap' | 'join' | 'scope' | 'sleep' | 'yield' | 'census' | 'sabotage' }
    >,
  ): void {
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
        const target = this.find(operation.to)
        const holder = this.find(operation.from)
        if (target !== null && holder !== null) this.store(holder, operation.field, target.at, target.item)
        break
      }
      case 'unlink': {
        const holder = this.find(operation.from)
        if (holder !== null) this.store(holder, operation.field, nil, null)
        break
      }
      case 'move': {
        const from = this.at(operation.from)
        const [at, item] = [this.get(from), this.model[from]]
        this.put(from, nil, null)
        this.put(this.at(operation.to), at, item)
        break
      }
      case 'steal': {
        const taken = this.takeOut(this.find(operation.from), operation.field)
        if (taken !== null) this.put(this.at(operation.to), taken.at, taken.item)
        break
      }
      case 'transfer': {
        const into = this.find(operation.to)
        const taken = this.takeOut(this.find(operation.from), operation.field)
        if (taken !== null && into !== null) this.store(into, operation.into, taken.at, taken.item)
        break
      }
      case 'write': {
        const met = this.find(operation.at)
        if (met !== null) this.write(met, operation.stamp)
        break
      }
      case 'drop':
        this.put(this.at(operation.place), nil, null)
        break
      case 'pack':
        this.pack(this.at(operation.from), this.at(operation.to))
        break
      case 'unpack':
        this.unpack(this.at(operation.from), this.at(operation.to))
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
        break
      case 'statistics':
        this.statistics()
        break
      case 'verify':
        this.verify()
        break
    }
  }

  private allocate({ kind, length, stamp, to, from }: Extract<Operation, { do: 'allocate' }>): void {
    const item = new Item(kind, length, stamp)
    if (!this.afford(item.bytes)) return
    const mets = from.map(spot => this.find(spot)).filter(met => met !== null)
    const fields = Math.min(MADE_WITH, mets.length, item.references.length)
    const references = mets.slice(0, fields)
    const at = this.attempt(() =>
      make(
        item,
        references.map(met => met.at),
      ),
    )
    if (at === nil) return
    references.forEach((met, index) => {
      item.references[index] = met.item
    })
    this.put(this.at(to), at, item)
  }

  private grow({ shape, size, stamp, to }: Extract<Operation, { do: 'grow' }>): void {
    if (!this.afford(size * 16)) return
    const grown = shape === 'chain' ? this.chain(size, stamp) : this.tree(size, stamp)
    if (grown !== null) this.put(this.at(to), grown.at, grown.item)
  }

  /** A chain of `size` pairs, the head of which stands in a local that changes. */
  private chain(size: number, stamp: number): Met | null {
    const scope = enter()
    const head = local<never>(nil)
    let item: Item | null = null
    for (let index = 0; index < size; index++) {
      const next = new Item('pair', 0, numberOf(stamp, index))
      const at = this.attempt(() => make(next, [getLocal(head)]))
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
      this.attempt(() => make(item, [kept, right?.at ?? nil])),
    )
    if (at === nil) return null
    item.references[0] = left?.item ?? null
    item.references[1] = right?.item ?? null
    return { at, item }
  }

  private churn({ kind, length, count }: Extract<Operation, { do: 'churn' }>): void {
    const item = new Item(kind, length, 0)
    if (item.bytes > this.budget) return
    for (let index = 0; index < count; index++) this.attempt(() => make(item, []))
  }

  /** Writes a reference into a field, here and there. */
  private store({ at, item }: Met, field: number, target: Any, targetItem: Item | null): void {
    const { length } = item.references
    if (length === 0) return
    setReference(at, item.kind, field % length, target)
    item.references[field % length] = targetItem
  }

  private write({ at, item }: Met, stamp: number): void {
    item.stamp = stamp
    fill(at, item)
  }

  /** Takes a reference out of a field: bare from here on, and perhaps the only one. */
  private takeOut(holder: Met | null, field: number): Met | null {
    const { length } = holder?.item.references ?? []
    if (holder === null || length === 0) return null
    const item = holder.item.references[field % length]
    if (item === null) return null
    const at = getReference(holder.at, holder.item.kind, field % length)
    this.store(holder, field, nil, null)
    return { at, item }
  }

  // ————— crates

  /** Packs what hangs from a place, which everything else lets go of. False if that cannot be. */
  private pack(from: Place, to: Place): boolean {
    const item = this.model[from]
    if (item === null || item.kind === 'crate') return false
    const contents = closureOf([item])
    if (contents.size > MOST_IN_CRATE) return false
    const numbers = manifestOf(item)
    const manifest = new Item('manifest', numbers.length, 0, numbers)
    if (manifest.bytes > this.budget) return false
    this.cutOff(contents, from)
    const scope = enter()
    const kept = keep(this.attempt(() => Integers.new(numbers.length)))
    if (kept !== nil) fill(kept as unknown as Any, manifest)
    const crate = new Item('crate', 0, numbers[numbers.length - 1])
    const at = kept === nil ? nil : this.attempt(() => makeCrate(this.get(from), kept as unknown as Any, crate.stamp))
    leave(scope)
    if (at === nil) return false
    crate.references[0] = item
    crate.references[1] = manifest
    this.put(from, nil, null)
    this.put(to, at, crate)
    return true
  }

  /** Clears every field and place but one that leads into `contents` from outside. */
  private cutOff(contents: ReadonlySet<Item>, except: Place): void {
    const found = walk(this.roots())
    for (const [item, at] of found) {
      if (contents.has(item)) continue
      for (const [index, target] of item.references.entries())
        if (target !== null && contents.has(target)) this.store({ at, item }, index, nil, null)
    }
    for (const [place, item] of this.model.entries())
      if (place !== except && item !== null && contents.has(item)) this.put(place, nil, null)
  }

  private unpack(from: Place, to: Place): void {
    const item = this.model[from]
    if (item?.kind !== 'crate') return
    const contents = getReference(this.get(from), 'crate', 0)
    this.put(from, nil, null)
    this.put(to, contents, item.references[0])
  }

  /** Takes a crate that another goroutine packed: makes its model, and compares. Not a safepoint. */
  private adopt(crate: Any, to: Place): void {
    const item = itemsOfCrate(crate)
    this.objects += walk([['a crate', crate, item]]).size
    this.put(to, crate, item)
    this.estimate = this.budget // so that the next allocation looks
  }

  /** The place holds a crate now, if it held anything that can be packed. */
  private isCrate(place: Place): boolean {
    return this.model[place]?.kind === 'crate' || this.pack(place, place)
  }

  private *ship(place: Place, mailbox: number, ms: number): Generator<unknown, void, unknown> {
    if (!this.isCrate(place)) return
    const box = mailboxes.get(mailbox % programOf().mailboxes.length)
    const sending = Crates.sending(box, this.get(place) as never)
    const { index } = yield* select(sending, ms === 0 ? otherwise : timeout(ms))
    if (index === 0) this.put(place, nil, null)
  }

  private *take(boxes: readonly number[], to: Place, ms: number): Generator<unknown, void, unknown> {
    const receiving = boxes.map(box => Crates.receiving(mailboxes.get(box % programOf().mailboxes.length)))
    const { index, value } = yield* select(...receiving, ms === 0 ? otherwise : timeout(ms))
    if (index < boxes.length) this.adopt(value as Any, to)
  }

  private *swap(cell: number, place: Place): Generator<unknown, void, unknown> {
    const isCrate = this.isCrate(place)
    yield* mutex.lock(locks.get(cell))
    const taken = shared.get(cell)
    shared.set(cell, isCrate ? (this.get(place) as never) : nil)
    if (taken !== nil) this.adopt(taken as Any, place)
    else if (isCrate) this.put(place, nil, null)
    mutex.unlock(locks.get(cell))
  }

  // ————— goroutines

  private fork({ script: number, carry, on }: Extract<Operation, { do: 'fork' }>): void {
    const { scripts } = programOf()
    if (number >= scripts.length) return
    if (this.replies === null || this.group === null) {
      const replies = this.attempt(() => Crates.new(this.script.replies))
      if (replies === nil) return
      this.replies = local<typeof Crates>(replies)
      const group = this.attempt(() => waitGroup.new(0))
      this.group = local<typeof waitGroup>(group)
    }
    const group = getLocal(this.group)
    if (group === nil) return
    waitGroup.add(group, 1)
    this.forked++
    const place = carry === null ? null : this.at(carry)
    const isCarried = place !== null && this.isCrate(place)
    const crate = isCarried ? this.get(place) : nil
    if (isCarried) this.put(place, nil, null)
    const replies = getLocal(this.replies)
    if (on === null) go(worker, number, crate as never, replies, getLocal(this.group))
    else go.on(on % procs(), worker, number, crate as never, replies, getLocal(this.group))
  }

  private *join(to: Place): Generator<unknown, void, unknown> {
    if (this.replies === null || this.group === null || this.forked === 0) return
    yield* waitGroup.wait(getLocal(this.group))
    for (; this.forked > 0; this.forked--) {
      const crate = (yield* Crates.recv(getLocal(this.replies))) as Any
      // One after the other: the places that follow.
      if (crate !== nil) this.adopt(crate, this.at(to + this.forked))
    }
  }

  // ————— stacks

  private *scope(
    slots: number,
    operations: readonly Operation[],
    result: number,
    to: Place,
  ): Generator<unknown, void, unknown> {
    const [before, outer] = [this.locals.length, this.model.length]
    // A channel and a group made inside would end with the scope.
    const { replies, group } = this
    const scope = enter()
    for (let slot = 0; slot < slots; slot++) {
      this.addLocal()
      this.model.push(null)
    }
    yield* this.carryOut(operations)
    if (replies === null && this.replies !== null) yield* this.join(0)
    const chosen = outer + (result % slots)
    const item = this.model[chosen]
    const at = leave(scope, this.get(chosen))
    this.replies = replies
    this.group = group
    this.locals.length = before
    this.model.length = outer
    this.put(this.at(to), at, item)
  }

  /** Goes down, keeping a new object on each level, and compares them on the way back. */
  private descend(depth: number, stamp: number, bottom: 'gc' | 'allocate' | 'poll'): void {
    if (depth === 0) {
      if (bottom === 'gc') gc()
      else if (bottom === 'poll') poll()
      else for (let index = 0; index < 100; index++) this.attempt(() => make(new Item('pair', 0, index), []))
      return
    }
    const scope = enter()
    const item = new Item('pair', 0, numberOf(stamp, depth))
    const kept = keep(this.attempt(() => make(item, [])))
    this.descend(depth - 1, stamp, bottom)
    if (kept !== nil) this.objects += walk([[`level ${depth}`, kept, item]]).size
    leave(scope)
  }

  // ————— checks

  private verify(): void {
    this.objects += walk(this.roots()).size
  }

  private statistics(): void {
    const reachable = bytesIn(closureOf(this.model))
    const stats = readMemStats()
    const expect = (holds: boolean, what: string): void => {
      if (!holds) throw new Error(`memory statistics: ${what}`)
    }
    expect(stats.HeapAlloc >= reachable, `HeapAlloc is ${stats.HeapAlloc}, ${reachable} bytes are reachable from here`)
    expect(stats.HeapInuse >= stats.HeapAlloc, `HeapInuse ${stats.HeapInuse} is less than HeapAlloc ${stats.HeapAlloc}`)
    expect(stats.HeapSys === stats.HeapInuse + stats.HeapIdle, `HeapSys ${stats.HeapSys} is not the sum of its parts`)
    expect(
      stats.TotalAlloc >= this.allocatedBefore,
      `TotalAlloc fell from ${this.allocatedBefore} to ${stats.TotalAlloc}`,
    )
    this.allocatedBefore = stats.TotalAlloc
  }

  /** All goroutines end; what is in mailboxes and shared globals is taken, and let go; then the heap holds what the model does. */
  *census(): Generator<unknown, void, unknown> {
    yield* this.join(0)
    while (numGoroutine() > 1) yield
    yield* this.empty()
    this.verify()
    gc()
    gc()
    const { HeapAlloc } = readMemStats()
    const expected = bytesIn(closureOf(this.model)) + this.furniture()
    if (HeapAlloc !== expected) throw new Error(`census: HeapAlloc is ${HeapAlloc}, ${expected} bytes are reachable`)
    this.verify()
    this.censuses++
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
    this.objects += walk([['a crate left over', crate, itemsOfCrate(crate)]]).size
  }

  /** Bytes of what is reachable, and in no model: main's own, with no other goroutine. */
  private furniture(): number {
    const { mailboxes: capacities } = programOf()
    return (
      slotFor(8 + text.length(source.get())) +
      capacities.reduce((sum, capacity) => sum + channelBytes(capacity), 0) +
      (SHARED_CELLS + 1) * LOCK_BYTES +
      (this.table === null ? 0 : slotFor(8 + 4 * this.tableLength)) +
      (this.replies === null ? 0 : channelBytes(this.script.replies)) +
      (this.group === null || getLocal(this.group) === nil ? 0 : LOCK_BYTES)
    )
  }

  // ————— what is not drawn

  private *sabotage(how: Sabotage): Generator<unknown, void, unknown> {
    if (how === 'hang') for (;;) yield
    if (how === 'leak') leaked.set(make(new Item('pair', 0, 1), []))
    for (const [item, at] of walk(this.roots())) {
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

  /** Breaks the rule for references: what a place holds is bare over collections, and put back. */
  private hide(): void {
    const place = this.model.findIndex(item => item !== null)
    if (place < 0) return
    const item = this.model[place] as Item
    const at = this.get(place)
    this.put(place, nil, null)
    gc()
    gc()
    for (let index = 0; index < 2000; index++) make(new Item(item.kind === 'crate' ? 'pair' : item.kind, 0, -1), [])
    this.put(place, at, item)
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
  registry.set(mutex.new())
  const actor = new Actor(scripts[0], true, bytes)
  yield* actor.live(nil)
  yield* actor.census()
  yield* actor.report()
  const said: Totals = {
    goroutines: totals.get(GOROUTINES),
    objects: totals.get(OBJECTS),
    operations: totals.get(OPERATIONS),
    refused: totals.get(REFUSED),
    censuses: totals.get(CENSUSES),
  }
  console.log(JSON.stringify(said))
}
