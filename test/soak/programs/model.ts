// The model: what the heap must hold, in plain JavaScript objects. It knows no address, and asks
// the heap nothing.
import type { Kind } from '../grammar.ts'
import { slotFor } from './sizes.ts'

/**
 * The kinds of the grammar, and two more: a crate, which holds contents and a manifest, and a
 * manifest, whose numbers follow from no stamp.
 */
export type ItemKind = Kind | 'crate' | 'manifest'

/** The kinds, by their numbers in manifests. */
const KINDS: readonly ItemKind[] = [
  'pair', 'quad', 'wide', 'leaf', 'record', 'references', 'integers', 'doubles', 'bytes', 'crate', 'manifest',
] // biome-ignore format: a table

/** One object that must be there. */
export class Item {
  readonly kind: ItemKind
  /** How many elements an array has. */
  readonly length: number
  /** The value from which its numbers follow. */
  stamp: number
  /** What each of its references must lead to. Null stands for nil. */
  readonly references: (Item | null)[]
  /** The elements of a manifest. */
  readonly numbers: readonly number[]

  constructor(kind: ItemKind, length: number, stamp: number, numbers: readonly number[] = []) {
    this.kind = kind
    this.length = length
    this.stamp = stamp
    this.numbers = numbers
    this.references = new Array(referencesOf(kind, length)).fill(null)
  }

  get bytes(): number {
    return bytesOf(this.kind, this.length)
  }
}

function referencesOf(kind: ItemKind, length: number): number {
  switch (kind) {
    case 'pair':
    case 'crate':
      return 2
    case 'quad':
      return 4
    case 'wide':
      return 10
    case 'references':
      return length
    default:
      return 0
  }
}

/** The bytes of heap that such an object takes. */
export function bytesOf(kind: ItemKind, length: number): number {
  switch (kind) {
    case 'pair':
    case 'crate':
    case 'leaf':
      return slotFor(4 + 3 * 4)
    case 'quad':
      return slotFor(4 + 7 * 4)
    case 'wide':
      return slotFor(4 + 13 * 4 + 2 * 8)
    case 'record':
      return slotFor(8 + 3 * 8)
    case 'doubles':
      return slotFor(8 + 8 * length)
    case 'bytes':
      return slotFor(8 + length)
    case 'references':
    case 'integers':
    case 'manifest':
      return slotFor(8 + 4 * length)
  }
}

/** The number that field or element `index` of an object with this stamp must hold: 32 bits. */
export function numberOf(stamp: number, index: number): number {
  let mixed = Math.imul(stamp ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** All that can be reached from some items. */
export function closureOf(roots: Iterable<Item | null>): Set<Item> {
  const found = new Set<Item>()
  const waiting: Item[] = []
  const add = (item: Item | null): void => {
    if (item === null || found.has(item)) return
    found.add(item)
    waiting.push(item)
  }
  for (const root of roots) add(root)
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop())
    item.references.forEach(add)
  return found
}

export function bytesIn(items: Iterable<Item>): number {
  let sum = 0
  for (const { bytes } of items) sum += bytes
  return sum
}

// A manifest says what can be reached from its first item:
//   number of items │ for each item: kind, length, stamp, number of references that are not nil,
//   and for each of these its index and the item that it leads to │ sum
// It travels with the objects, so that the goroutine that gets them knows what they must be.

/** The manifest of what can be reached from `root`. No crate or manifest is among it. */
export function manifestOf(root: Item): number[] {
  const items = [root, ...[...closureOf([root])].filter(item => item !== root)]
  const indices = new Map(items.map((item, index) => [item, index]))
  const numbers = [items.length]
  for (const { kind, length, stamp, references } of items) {
    const head = numbers.push(KINDS.indexOf(kind), length, stamp, 0) - 1
    for (const [index, item] of references.entries()) {
      if (item === null) continue
      numbers.push(index, indices.get(item) as number)
      numbers[head]++
    }
  }
  numbers.push(sumOf(numbers, numbers.length))
  return numbers
}

/** The items of a manifest, of which the first is the root. Throws if it is no manifest. */
export function itemsOf(numbers: readonly number[]): Item[] {
  const end = numbers.length - 1
  if (end < 1 || numbers[end] !== sumOf(numbers, end))
    throw new Error('a manifest was changed: its sum is wrong')
  const items: Item[] = []
  const links: [from: Item, index: number, to: number][] = []
  let at = 1
  while (items.length < numbers[0]) {
    const [kind, length, stamp, count] = numbers.slice(at, at + 4)
    const item = new Item(KINDS[kind], length, stamp)
    at += 4
    for (let link = 0; link < count; link++, at += 2)
      links.push([item, numbers[at], numbers[at + 1]])
    items.push(item)
  }
  for (const [from, index, to] of links) from.references[index] = items[to]
  return items
}

function sumOf(numbers: readonly number[], end: number): number {
  let sum = end
  for (let index = 0; index < end; index++) sum = numberOf(sum, numbers[index])
  return sum
}
