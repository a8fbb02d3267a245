// How the model's kinds are made, read and written in the heap. Only the functions that make
// objects are safepoints.
import {
  array,
  bool,
  bytes,
  enter,
  f64,
  getLocal,
  i32,
  keep,
  leave,
  local,
  nil,
  type Ref,
  ref,
  struct,
  u32,
} from 'sawtooth'
import type { Kind } from '../grammar.ts'
import { type Item, type ItemKind, numberOf } from './model.ts'

export type Any = Ref<never>

const Pair = struct('Pair', { left: ref, right: ref, stamp: i32 })
const Quad = struct('Quad', { a: ref, b: ref, stamp: i32, c: ref, even: bool, size: u32, d: ref })
const Wide = struct('Wide', {
  r0: ref,
  r1: ref,
  r2: ref,
  share: f64,
  r3: ref,
  r4: ref,
  stamp: i32,
  r5: ref,
  r6: ref,
  r7: ref,
  size: u32,
  r8: ref,
  r9: ref,
  even: bool,
  weight: f64,
})
const Leaf = struct('Leaf', { stamp: i32, size: u32, even: bool })
const Record = struct('Record', { stamp: i32, first: f64, second: f64, third: f64 })
export const References = array(ref)
export const Integers = array(i32)
const Doubles = array(f64)
export const Crate = struct('Crate', { contents: ref, manifest: ref(Integers), stamp: i32 })

/** What reads and writes one field or element. */
interface Cell {
  get(object: Any): unknown
  set(object: Any, value: never): void
}

/** Gives the cells of many TypeScript types one type. */
const cells = (...fields: unknown[]): Cell[] => fields as Cell[]

const REFERENCES: Partial<Readonly<Record<ItemKind, readonly Cell[]>>> = {
  pair: cells(Pair.left, Pair.right),
  quad: cells(Quad.a, Quad.b, Quad.c, Quad.d),
  wide: cells(
    Wide.r0,
    Wide.r1,
    Wide.r2,
    Wide.r3,
    Wide.r4,
    Wide.r5,
    Wide.r6,
    Wide.r7,
    Wide.r8,
    Wide.r9,
  ),
  crate: cells(Crate.contents, Crate.manifest),
}

const unsigned = (stamp: number, index: number): number => numberOf(stamp, index) >>> 0
const double = (stamp: number, index: number): number => numberOf(stamp, index) / 3
const truth = (stamp: number, index: number): boolean => (numberOf(stamp, index) & 1) === 1
const itself = (stamp: number): number => stamp

/** The numbers of structs: where they are, and how they follow from the stamp. */
const NUMBERS: Partial<
  Readonly<
    Record<
      ItemKind,
      readonly (readonly [cell: unknown, value: (stamp: number, index: number) => unknown])[]
    >
  >
> = {
  pair: [[Pair.stamp, itself]],
  quad: [
    [Quad.stamp, itself],
    [Quad.even, truth],
    [Quad.size, unsigned],
  ],
  wide: [
    [Wide.stamp, itself],
    [Wide.size, unsigned],
    [Wide.even, truth],
    [Wide.share, double],
    [Wide.weight, double],
  ],
  leaf: [
    [Leaf.stamp, itself],
    [Leaf.size, unsigned],
    [Leaf.even, truth],
  ],
  record: [
    [Record.stamp, itself],
    [Record.first, double],
    [Record.second, double],
    [Record.third, double],
  ],
  crate: [[Crate.stamp, itself]],
}

/** Long arrays have numbers at some places only, and must be zero elsewhere. */
const SHORT = 64
const STRIDE = 61

function isFilled(length: number, index: number): boolean {
  return length <= SHORT || index % STRIDE === 0
}

/** The element of an array or a manifest. A struct has fields instead. */
function elementOf(kind: ItemKind, { length, stamp, numbers }: Item, index: number): number {
  if (kind === 'manifest') return numbers[index]
  if (!isFilled(length, index)) return 0
  const number = numberOf(stamp, index)
  return kind === 'bytes' ? number & 0xff : kind === 'doubles' ? number / 3 : number
}

function arrayOf(kind: ItemKind): {
  get(object: Any, index: number): unknown
  set(object: Any, index: number, value: number): void
  length(object: Any): number
} | null {
  switch (kind) {
    case 'bytes':
      return bytes as never
    case 'doubles':
      return Doubles as never
    case 'integers':
    case 'manifest':
      return Integers as never
    case 'references':
      return References as never
    default:
      return null
  }
}

/**
 * Makes an object with its numbers, and with the given first references, which are protected. A
 * safepoint.
 */
export function make(item: Item, references: readonly Any[]): Any {
  const object = makeBare(item.kind as Kind, item, references)
  fill(object, item)
  return object
}

/** Where the constructor has parameters for references, they are passed bare. */
function makeBare(kind: Kind, { length }: Item, [a = nil, b = nil, c = nil]: readonly Any[]): Any {
  switch (kind) {
    case 'pair':
      return Pair.new(a, b, 0) as Any
    case 'quad':
      return Quad.new(a, b, 0, c, false, 0, nil) as Any
    case 'wide':
      return Wide.new(a, b, c) as Any
    case 'leaf':
      return Leaf.new() as Any
    case 'record':
      return Record.new() as Any
    case 'references':
      return makeReferences(length, [a, b, c])
    case 'integers':
      return Integers.new(length) as Any
    case 'doubles':
      return Doubles.new(length) as Any
    case 'bytes':
      return bytes.new(length) as Any
  }
}

/** Makes an object with wrong numbers, which no model knows. A safepoint. */
export function makeLeaf(stamp = 0): Any {
  return Leaf.new(stamp) as Any
}

/** Of a leaf. */
export function setStamp(leaf: Any, stamp: number): void {
  Leaf.stamp.set(leaf as never, stamp)
}

function makeReferences(length: number, references: readonly Any[]): Any {
  const scope = enter()
  const kept = references.map(reference => local<never>(reference))
  const object = keep(References.new(length))
  for (let index = 0; index < Math.min(length, kept.length); index++)
    References.set(object, index, getLocal<never>(kept[index]))
  return leave(scope, object) as Any
}

/** How many references `make` takes for an item. */
export const MADE_WITH = 3

/** Makes a crate. Its contents and its manifest are protected. */
export function makeCrate(contents: Any, manifest: Any, stamp: number): Any {
  return Crate.new(contents, manifest, stamp) as Any
}

/** Writes the numbers that follow from an item's stamp. */
export function fill(object: Any, item: Item): void {
  for (const [index, [cell, value]] of (NUMBERS[item.kind] ?? []).entries())
    (cell as Cell).set(object, value(item.stamp, index) as never)
  const elements = item.kind === 'references' ? null : arrayOf(item.kind)
  for (let index = 0; elements !== null && index < item.length; index++) {
    const value = elementOf(item.kind, item, index)
    if (value !== 0) elements.set(object, index, value)
    else if (isFilled(item.length, index)) elements.set(object, index, 0)
  }
}

/** What is wrong with the numbers of an object, or null. */
export function compare(object: Any, item: Item): string | null {
  const { kind, length, stamp } = item
  for (const [index, [cell, value]] of (NUMBERS[kind] ?? []).entries()) {
    const found = (cell as Cell).get(object)
    const wanted = value(stamp, index)
    if (!Object.is(found, wanted)) return `number ${index} is ${found}, must be ${wanted}`
  }
  const elements = arrayOf(kind)
  if (elements === null) return null
  if (elements.length(object) !== length)
    return `length is ${elements.length(object)}, must be ${length}`
  if (kind === 'references') return null
  for (let index = 0; index < length; index++) {
    const found = Number(elements.get(object, index))
    const wanted = elementOf(kind, item, index)
    if (found !== wanted) return `element ${index} is ${found}, must be ${wanted}`
  }
  return null
}

export function getReference(object: Any, kind: ItemKind, index: number): Any {
  if (kind === 'references') return References.get(object as never, index) as Any
  return (REFERENCES[kind] as readonly Cell[])[index].get(object) as Any
}

export function setReference(object: Any, kind: ItemKind, index: number, value: Any): void {
  if (kind === 'references') References.set(object as never, index, value)
  else (REFERENCES[kind] as readonly Cell[])[index].set(object, value as never)
}
