/**
 * Where one goroutine keeps its graph: locals, a table, globals, and the locals of scopes. Each
 * place has a model of what must be in it. It also bounds how much may be reachable from all of
 * them. Every change is made in the heap and in the model.
 */
import {
  enter,
  getLocal,
  keep,
  type Local,
  leave,
  local,
  mutex,
  nil,
  type Ref,
  setLocal,
} from 'sawtooth'
import type { Place, Script, Spot } from '../grammar.ts'
import { bytesIn, closureOf, Item, manifestOf } from './model.ts'
import {
  type Any,
  fill,
  getReference,
  Integers,
  make,
  makeCrate,
  References,
  setReference,
} from './shapes.ts'
import { slotFor } from './sizes.ts'
import { type Met, modelOfCrate, walk } from './walk.ts'
import { OWN_GLOBALS, owned, ownedSoFar, registry } from './world.ts'

/** The most items in a crate: its manifest has about ten numbers for each. */
const MOST_IN_CRATE = 3000

/** One goroutine's places. */
export class Places {
  private readonly script: Script
  /** How many locals are outside scopes: at least one, to put things in. */
  private readonly fixed: number
  /** The most bytes that may be reachable from here. */
  readonly budget: number
  /** What must be in each place. Null stands for nil. */
  readonly model: (Item | null)[] = []
  /** The places that are locals: the fixed ones first, those of scopes last. */
  private readonly locals: Local<never>[] = []
  private table: Local<typeof References> | null = null
  private tableLength = 0
  private firstGlobal = 0
  private globals = 0
  /** The most bytes that can be reachable: those at the last look, and all that were made since. */
  private estimate = 0
  /** Which place is given up first when there are too many bytes: another one each time. */
  private looks = 0
  /** How many objects were compared, and how many allocations found no memory. */
  objects = 0
  refused = 0

  constructor(script: Script, budget: number) {
    this.script = script
    this.fixed = Math.max(script.locals, 1)
    this.budget = budget
  }

  /** Makes the places. */
  *furnish(): Generator<unknown, void, unknown> {
    const { table, globals } = this.script
    for (let slot = 0; slot < this.fixed; slot++) this.locals.push(local<never>(nil))
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
    while (this.model.length < this.locals.length + this.tableLength + this.globals)
      this.model.push(null)
  }

  /** Adds that many places, which are locals. Returns the first of them. */
  extend(slots: number): Place {
    for (let slot = 0; slot < slots; slot++) {
      this.locals.push(local<never>(nil))
      this.model.push(null)
    }
    return this.model.length - slots
  }

  /** How many places there are. */
  get count(): number {
    return this.model.length
  }

  /** Drops the last places, so that `count` are left. */
  cutBackTo(count: number): void {
    this.locals.length -= this.model.length - count
    this.model.length = count
  }

  /**
   * Place `number`, modulo how many there are. The locals of scopes come last, and are likeliest.
   */
  at(number: Place): Place {
    return number % this.model.length
  }

  get(place: Place): Any {
    const slot = this.localOf(place)
    if (slot !== null) return getLocal(slot)
    const index = place - this.fixed
    if (this.table !== null && index < this.tableLength)
      return References.get(getLocal(this.table), index) as Any
    return owned.get(this.firstGlobal + index - this.tableLength) as Any
  }

  put(place: Place, at: Any, item: Item | null): void {
    const slot = this.localOf(place)
    const index = place - this.fixed
    if (slot !== null) setLocal(slot, at)
    else if (this.table !== null && index < this.tableLength)
      References.set(getLocal(this.table), index, at)
    else owned.set(this.firstGlobal + index - this.tableLength, at)
    this.model[place] = item
  }

  /** The places, in order: locals, the table, globals, and then the locals of scopes. */
  private localOf(place: Place): Local<never> | null {
    if (place < this.fixed) return this.locals[place]
    const index = place - this.tableLength - this.globals
    return index < this.fixed ? null : this.locals[index]
  }

  /** The object at a spot. Null if there is none, or a crate: what is packed stays unchanged. */
  find([place, ...steps]: Spot): Met | null {
    const first = this.at(place)
    let item = this.model[first]
    if (item === null || item.kind === 'crate') return null
    let at = this.get(first)
    for (const step of steps) {
      const { references, kind }: Item = item
      const there: number[] = []
      for (let index = 0; index < references.length; index++)
        if (references[index] !== null) there.push(index)
      if (there.length === 0) break
      const index: number = there[step % there.length]
      at = getReference(at, kind, index)
      item = references[index] as Item
    }
    return { at, item }
  }

  /** Every place, with what it holds and what it must hold. */
  roots(): (readonly [string, Any, Item | null])[] {
    return this.model.map((item, place) => [`place ${place}`, this.get(place), item])
  }

  // ————— memory

  /** Calls `makes`. Returns nil if there is no memory. */
  attempt<T>(makes: () => Ref<T>): Ref<T> {
    try {
      return makes()
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'OutOfMemoryError') throw error
      this.refused++
      return nil
    }
  }

  /**
   * Makes sure that `bytes` more may be reachable, and gives up places for it. False if that is not
   * possible.
   */
  afford(bytes: number): boolean {
    if (bytes > this.budget) return false
    this.looks++
    if (this.estimate + bytes > this.budget) {
      this.estimate = bytesIn(closureOf(this.model))
      for (
        let place = 0;
        place < this.model.length && this.estimate + bytes > this.budget;
        place++
      ) {
        const at = (place + this.looks) % this.model.length
        this.put(at, nil, null)
        this.estimate = bytesIn(closureOf(this.model))
      }
    }
    this.estimate += bytes
    return true
  }

  // ————— references

  /** Writes a reference into a field, in the heap and in the model. */
  store({ at, item }: Met, field: number, target: Any, targetItem: Item | null): void {
    const { length } = item.references
    if (length === 0) return
    setReference(at, item.kind, field % length, target)
    item.references[field % length] = targetItem
  }

  /** Takes a reference out of a field. From here on it is bare, and perhaps the only one. */
  takeOut(holder: Met | null, field: number): Met | null {
    const { length } = holder?.item.references ?? []
    if (holder === null || length === 0) return null
    const item = holder.item.references[field % length]
    if (item === null) return null
    const at = getReference(holder.at, holder.item.kind, field % length)
    this.store(holder, field, nil, null)
    return { at, item }
  }

  // ————— crates

  /** Packs what is reachable from a place. All else drops it. False if that is not possible. */
  pack(from: Place, to: Place): boolean {
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
    const at =
      kept === nil
        ? nil
        : this.attempt(() => makeCrate(this.get(from), kept as unknown as Any, crate.stamp))
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

  /** Replaces a crate in a place by its contents. */
  unpack(from: Place, to: Place): void {
    const item = this.model[from]
    if (item?.kind !== 'crate') return
    const contents = getReference(this.get(from), 'crate', 0)
    this.put(from, nil, null)
    this.put(to, contents, item.references[0])
  }

  /**
   * Takes a crate that another goroutine packed: makes the model of it, and compares. Not a
   * safepoint.
   */
  adopt(crate: Any, to: Place): void {
    const item = modelOfCrate(crate)
    this.objects += walk([['a crate', crate, item]]).size
    this.put(to, crate, item)
    this.estimate = this.budget // so that the next allocation looks
  }

  /** Packs a place. The place then holds a crate, if it held anything that can be packed. */
  isCrate(place: Place): boolean {
    return this.model[place]?.kind === 'crate' || this.pack(place, place)
  }

  /** Links all places to the first, so that it reaches them all. False if that is not possible. */
  gather(): boolean {
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

  /** Drops everything. */
  clear(): void {
    for (let place = 0; place < this.model.length; place++) this.put(place, nil, null)
  }

  // ————— checks

  /** Compares all that is reachable from here. */
  verify(): void {
    this.objects += walk(this.roots()).size
  }

  /** Bytes of the table itself, which is in no model. */
  tableBytes(): number {
    return this.table === null ? 0 : slotFor(8 + 4 * this.tableLength)
  }
}
