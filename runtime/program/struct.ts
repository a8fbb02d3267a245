/**
 * Structs: objects with named fields.
 *
 *   word 0 header │ references, in the order of declaration │ i32, u32 and bool │ f64, on 8 bytes
 *
 * How `new` makes an object:
 *
 * 1. It takes a slot of the P's cache.
 * 2. It writes the header and the fields.
 * 3. It shades the references if a cycle marks: a fresh object is black (gc/mark/barrier.ts).
 *
 * It has three forms: for up to 3 and for up to 7 words of fields, which it writes without looking
 * at their kinds, and for all other structs. Every object has room for 3 words, so a missing
 * argument writes 0 to a word that holds nothing.
 */

import { step as syncStep } from '#sync'
import { headerOf, MAX_REFERENCES } from '../../heap/object.ts'
import { roundedBytes, sizeClassOf, spanClassOf } from '../../heap/size-classes.ts'
import type { Addr } from '../../memory/kinds.ts'
import { probeStack } from '../../memory/stack-probe.ts'
import { WRITE_BARRIER } from '../../memory/words/control.ts'
import { CACHE_WORDS, LIMIT } from '../../memory/words/p.ts'
import { KIND_BOOL, KIND_F64, KIND_REF, KIND_U32 } from '../../scheduler/channel.ts'
import { breach, failNil, verify, verifyValue } from './check.ts'
import { expectGoroutine, expectRun, type Run } from './current.ts'
import {
  type AnyKind,
  expectFieldKind,
  type Get,
  type Put,
  type Ref,
  type Self,
  type Storage,
} from './kinds.ts'

/**
 * V8 folds a constant of the file itself, and loads an imported one at each call (npm run
 * bench:steps).
 */
const step = syncStep

/** A field of a struct. @nosafepoint */
export interface Field<This, Out, In> {
  /** Reads the field. Throws a TypeError for nil. */
  get(object: Ref<This>): Out
  /** Writes the field; a reference takes the write barrier. Throws a TypeError for nil. */
  set(object: Ref<This>, value: In): void
}

export type Fields = Readonly<Record<string, AnyKind | Self>>

/**
 * A struct type. `new` takes the fields in the order of their declaration. Those left out are 0,
 * nil or false.
 */
export type Struct<Name extends string, F extends Fields> = {
  readonly typeId: number
  readonly typeName: Name
  /**
   * Makes an object, and protects its own arguments meanwhile. Throws OutOfMemoryError. @safepoint
   */
  readonly new: (...values: Put<F[keyof F], Struct<Name, F>>[]) => Ref<Struct<Name, F>>
} & {
  readonly [K in keyof F]: Field<
    Struct<Name, F>,
    Get<F[K], Struct<Name, F>>,
    Put<F[K], Struct<Name, F>>
  >
}

/** Names that a field may not have. */
const RESERVED = new globalThis.Set(['new', 'typeId', 'typeName', 'constructor'])

/**
 * Declares a struct type, at module level and in the same order on every P.
 *
 * @example const Tree = struct('Tree', { left: self, right: self })
 */
export function struct<const Name extends string, F extends Fields>(
  name: Name,
  fields: F,
): Struct<Name, F> {
  const run = expectRun('struct')
  const plan = planOf(run, name, fields)
  const Type = plan.mixed
    ? MixedStruct
    : plan.words <= 3
      ? SmallStruct
      : plan.words <= 7
        ? MediumStruct
        : MixedStruct
  // The fields are on an object of their own: a program may name a field `plan` or `header`, and
  // `new` must not take it for its own.
  const own = Object.fromEntries(plan.fields.map(field => [field.name, fieldOf(plan, field)]))
  const type = run.handles.make(name, {
    typeId: plan.typeId,
    typeName: name,
    new: new Type(plan).maker(),
    ...own,
  })
  return type as unknown as Struct<Name, F>
}

interface FieldPlan {
  readonly name: string
  readonly storage: Storage
  readonly kind: AnyKind | Self
  /** Offset in the object, in bytes. */
  readonly byte: number
  /** The argument of `new`, as messages name it. */
  readonly argument: string
}

interface Plan {
  readonly run: Run
  readonly name: string
  readonly typeId: number
  readonly fields: readonly FieldPlan[]
  readonly references: number
  /** Words of fields after the header. */
  readonly words: number
  /** True if some field takes more than a word. */
  readonly mixed: boolean
  readonly bytes: number
  readonly header: number
}

function planOf(run: Run, name: string, fields: Fields): Plan {
  if (typeof fields !== 'object' || fields === null)
    throw new TypeError(
      `struct ${name}: its fields must be an object, as { next: self, value: i32 }`,
    )
  const entries = Object.entries(fields)
  for (const [field, kind] of entries) expectFieldKind(`struct ${name}: field ${field}`, kind)
  for (const [field] of entries)
    if (RESERVED.has(field)) throw new TypeError(`struct ${name}: a field cannot be named ${field}`)
  const references = entries.filter(([, kind]) => kind.storage === KIND_REF)
  const small = entries.filter(([, kind]) => kind.storage !== KIND_REF && kind.storage !== KIND_F64)
  const doubles = entries.filter(([, kind]) => kind.storage === KIND_F64)
  if (references.length > MAX_REFERENCES)
    throw new TypeError(`struct ${name}: at most ${MAX_REFERENCES} references`)
  const bytes = new Map<string, number>()
  let end = 4
  for (const [field] of [...references, ...small]) {
    bytes.set(field, end)
    end += 4
  }
  if (doubles.length > 0) end = Math.ceil(end / 8) * 8
  for (const [field] of doubles) {
    bytes.set(field, end)
    end += 8
  }
  const shape = `struct ${name} { ${entries.map(([field, kind]) => `${field}: ${kind.label}`).join(', ')} }`
  const typeId = run.declarations.declareType(shape, roundedBytes(end))
  run.typeNames.set(typeId, name)
  return {
    run,
    name,
    typeId,
    fields: entries.map(([field, kind]) => ({
      name: field,
      storage: kind.storage,
      kind,
      byte: bytes.get(field) as number,
      argument: `argument ${field} of ${name}.new`,
    })),
    references: references.length,
    words: end / 4 - 1,
    mixed: doubles.length > 0,
    bytes: end,
    header: headerOf(typeId, references.length),
  }
}

abstract class StructType {
  /** The function that a program calls as `new`. */
  abstract maker(): (...values: number[]) => Addr

  readonly typeId: number
  readonly typeName: string
  protected readonly plan: Plan
  protected readonly run: Run
  protected readonly header: number
  protected readonly slotBytes: number
  /** Index of this type's span class in a P's cache. */
  protected readonly cacheEntry: number

  constructor(plan: Plan) {
    this.plan = plan
    this.run = plan.run
    this.typeId = plan.typeId
    this.typeName = plan.name
    this.header = plan.header
    this.slotBytes = roundedBytes(plan.bytes)
    this.cacheEntry = spanClassOf(sizeClassOf(plan.bytes), plan.references === 0) * CACHE_WORDS
  }

  /** A slot by the fast path; 0 if the slow path must be taken. */
  protected take(): Addr {
    const { meta, pollWord, cacheWord } = this.run
    step('allocate')
    if (meta[pollWord] !== 0) return 0
    const entry = cacheWord + this.cacheEntry
    const at = meta[entry]
    const next = at + this.slotBytes
    if (next > meta[entry + LIMIT]) return 0
    meta[entry] = next
    return at
  }

  /**
   * A slot by the slow path; its fields are still 0. Meanwhile the shadow stack holds the
   * references among the values. @safepoint
   */
  protected takeSlowly(values: readonly number[]): Addr {
    expectGoroutine(`${this.typeName}.new`)
    probeStack()
    const { fields, bytes, references } = this.plan
    const { stack, p } = this.run
    const top = stack.top - stack.base
    try {
      for (let index = 0; index < fields.length; index++) {
        if (fields[index].storage === KIND_REF && values[index] !== undefined)
          stack.push(values[index])
      }
      return p.allocator.allocate(bytes, references === 0)
    } finally {
      stack.top = stack.base + top
    }
  }

  protected verifyValues(values: readonly number[]): void {
    const { fields } = this.plan
    for (const [index, field] of fields.entries()) {
      const value: unknown = values[index]
      if (value === undefined) continue
      if (typeof value !== 'number' && typeof value !== 'boolean')
        breach(`${field.argument}: ${String(value)} is no number`)
      if (field.storage !== KIND_REF) continue
      if (value !== 0)
        verify(Number(value), targetOf(this.plan, field), labelOf(this.plan, field), field.argument)
    }
  }

  /** Shades the references of a new object, if the barrier is on. */
  protected shadeFields(at: Addr): void {
    const { barrier, heap } = this.run
    const end = (at >>> 2) + this.plan.references
    for (let word = (at >>> 2) + 1; word <= end; word++)
      if (heap[word] !== 0) barrier.record(heap[word])
  }

  protected wordOf(index: number): number {
    const { fields, words } = this.plan
    // An argument that no field takes is 0. It is written to the last word of the form's slot,
    // which holds no field then.
    return index < fields.length ? fields[index].byte >>> 2 : words <= 3 ? 3 : 7
  }
}

/** Up to 3 words of fields: 16 bytes. */
class SmallStruct extends StructType {
  private readonly word0: number
  private readonly word1: number
  private readonly word2: number

  constructor(plan: Plan) {
    super(plan)
    this.word0 = this.wordOf(0)
    this.word1 = this.wordOf(1)
    this.word2 = this.wordOf(2)
  }

  override maker(): (value0?: number, value1?: number, value2?: number) => Addr {
    return (value0, value1, value2) => this.make(value0, value1, value2)
  }

  private make(value0 = 0, value1 = 0, value2 = 0): Addr {
    if (this.run.check)
      this.verifyValues([value0, value1, value2].slice(0, this.plan.fields.length))
    // Numbers, before the slot is taken: the conversion of another value may allocate.
    value0 = +value0
    value1 = +value1
    value2 = +value2
    let at = this.take()
    if (at === 0) at = this.takeSlowly([value0, value1, value2].slice(0, this.plan.fields.length))
    const { heap, meta } = this.run
    const word = at >>> 2
    heap[word] = this.header
    heap[word + this.word2] = value2
    heap[word + this.word1] = value1
    heap[word + this.word0] = value0
    if (meta[WRITE_BARRIER] !== 0) this.shadeFields(at)
    return at
  }
}

/** Up to 7 words of fields: 32 bytes. */
class MediumStruct extends StructType {
  private readonly word: readonly number[]

  constructor(plan: Plan) {
    super(plan)
    this.word = [0, 1, 2, 3, 4, 5, 6].map(index => this.wordOf(index))
  }

  override maker(): (...values: (number | undefined)[]) => Addr {
    return (a, b, c, d, e, f, g) => this.make(a, b, c, d, e, f, g)
  }

  private make(
    value0 = 0,
    value1 = 0,
    value2 = 0,
    value3 = 0,
    value4 = 0,
    value5 = 0,
    value6 = 0,
  ): Addr {
    if (this.run.check)
      this.verifyValues(
        [value0, value1, value2, value3, value4, value5, value6].slice(0, this.plan.fields.length),
      )
    value0 = +value0
    value1 = +value1
    value2 = +value2
    value3 = +value3
    value4 = +value4
    value5 = +value5
    value6 = +value6
    let at = this.take()
    if (at === 0)
      at = this.takeSlowly(
        [value0, value1, value2, value3, value4, value5, value6].slice(0, this.plan.fields.length),
      )
    const { heap, meta } = this.run
    const word = at >>> 2
    const offset = this.word
    heap[word] = this.header
    heap[word + offset[6]] = value6
    heap[word + offset[5]] = value5
    heap[word + offset[4]] = value4
    heap[word + offset[3]] = value3
    heap[word + offset[2]] = value2
    heap[word + offset[1]] = value1
    heap[word + offset[0]] = value0
    if (meta[WRITE_BARRIER] !== 0) this.shadeFields(at)
    return at
  }
}

/** Any fields. */
class MixedStruct extends StructType {
  override maker(): (...values: number[]) => Addr {
    return (...values) => this.make(values)
  }

  private make(values: number[]): Addr {
    const { fields } = this.plan
    if (values.length > fields.length)
      throw new TypeError(
        `${this.typeName}.new takes at most ${fields.length} values, and was given ${values.length}`,
      )
    if (this.run.check) this.verifyValues(values)
    for (let index = 0; index < values.length; index++) values[index] = +values[index]
    let at = this.plan.bytes <= this.slotBytes ? this.take() : 0
    if (at === 0) at = this.takeSlowly(values)
    const { heap, heapF64, meta } = this.run
    heap[at >>> 2] = this.header
    for (let index = 0; index < values.length; index++) {
      const { storage, byte } = fields[index]
      if (storage === KIND_F64) heapF64[(at + byte) >>> 3] = values[index]
      else heap[(at + byte) >>> 2] = values[index]
    }
    if (meta[WRITE_BARRIER] !== 0) this.shadeFields(at)
    return at
  }
}

/** The type that a reference in a field must have; 0: any. */
function targetOf(plan: Plan, field: FieldPlan): number {
  return 'isSelf' in field.kind ? plan.typeId : field.kind.typeId()
}

function labelOf(plan: Plan, field: FieldPlan): string {
  return 'isSelf' in field.kind ? plan.name : field.kind.label
}

function fieldOf(plan: Plan, field: FieldPlan): object {
  const plain = plainFieldOf(plan, field)
  return plan.run.check ? new CheckedField(plan, field, plain) : plain
}

interface PlainField {
  get(object: number): number | boolean
  set(object: number, value: number): void
}

function plainFieldOf(plan: Plan, field: FieldPlan): PlainField {
  const label = `${plan.name}.${field.name}`
  if (field.storage === KIND_REF) return new ReferenceField(plan.run, label, field.byte)
  if (field.storage === KIND_F64) return new DoubleField(plan.run, label, field.byte)
  if (field.storage === KIND_BOOL) return new BooleanField(plan.run, label, field.byte)
  return field.storage === KIND_U32
    ? new UnsignedField(plan.run, label, field.byte)
    : new IntegerField(plan.run, label, field.byte)
}

class ReferenceField {
  private readonly run: Run
  private readonly label: string
  private readonly byte: number

  constructor(run: Run, label: string, byte: number) {
    this.run = run
    this.label = label
    this.byte = byte
  }

  get(object: number): number {
    if (object === 0) failNil(this.label)
    return this.run.heap[(object + this.byte) >>> 2]
  }

  set(object: number, value: number): void {
    if (object === 0) failNil(this.label)
    const { heap, meta, barrier } = this.run
    // A number from here on: the conversion of another value is the program's code, and a cycle may
    // begin in it.
    value = +value
    const word = (object + this.byte) >>> 2
    // The barrier (gc/mark/barrier.ts). It costs one plain load when it is off.
    if (meta[WRITE_BARRIER] !== 0) barrier.writeShaded(heap, word, value)
    else heap[word] = value
  }
}

class IntegerField {
  private readonly run: Run
  private readonly label: string
  private readonly byte: number

  constructor(run: Run, label: string, byte: number) {
    this.run = run
    this.label = label
    this.byte = byte
  }

  get(object: number): number {
    if (object === 0) failNil(this.label)
    return this.run.heap[(object + this.byte) >>> 2]
  }

  set(object: number, value: number): void {
    if (object === 0) failNil(this.label)
    this.run.heap[(object + this.byte) >>> 2] = value
  }
}

class UnsignedField {
  private readonly run: Run
  private readonly integer: IntegerField
  private readonly byte: number

  constructor(run: Run, label: string, byte: number) {
    this.run = run
    this.integer = new IntegerField(run, label, byte)
    this.byte = byte
  }

  get(object: number): number {
    return object === 0 ? this.integer.get(object) : this.run.heapU32[(object + this.byte) >>> 2]
  }

  set(object: number, value: number): void {
    this.integer.set(object, value)
  }
}

class BooleanField {
  private readonly integer: IntegerField

  constructor(run: Run, label: string, byte: number) {
    this.integer = new IntegerField(run, label, byte)
  }

  get(object: number): boolean {
    return this.integer.get(object) !== 0
  }

  set(object: number, value: number): void {
    this.integer.set(object, value ? 1 : 0)
  }
}

class DoubleField {
  private readonly run: Run
  private readonly label: string
  private readonly byte: number

  constructor(run: Run, label: string, byte: number) {
    this.run = run
    this.label = label
    this.byte = byte
  }

  get(object: number): number {
    if (object === 0) failNil(this.label)
    return this.run.heapF64[(object + this.byte) >>> 3]
  }

  set(object: number, value: number): void {
    if (object === 0) failNil(this.label)
    this.run.heapF64[(object + this.byte) >>> 3] = value
  }
}

/**
 * A field under `--check`: verifies the object, and the value if it is a reference. The messages
 * are made once, in advance.
 */
class CheckedField implements PlainField {
  private readonly plan: Plan
  private readonly field: FieldPlan
  private readonly plain: PlainField
  private readonly access: string
  private readonly assignment: string
  private readonly target: string

  constructor(plan: Plan, field: FieldPlan, plain: PlainField) {
    this.plan = plan
    this.field = field
    this.plain = plain
    this.access = `${plan.name}.${field.name}`
    this.assignment = `value for ${this.access}`
    this.target = labelOf(plan, field)
  }

  get(object: number): number | boolean {
    if (object !== 0) verify(object, this.plan.typeId, this.plan.name, this.access)
    return this.plain.get(object)
  }

  set(object: number, value: number): void {
    if (object !== 0) verify(object, this.plan.typeId, this.plan.name, this.access)
    if (this.field.storage === KIND_REF)
      verifyValue(value, targetOf(this.plan, this.field), this.target, this.assignment)
    this.plain.set(object, value)
  }
}
