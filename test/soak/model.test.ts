import { expect, test } from 'vitest'
import { roundedBytes } from '../../heap/size-classes.ts'
import { Random } from '../support/random.ts'
import { closureOf, Item, itemsOf, manifestOf } from './programs/model.ts'
import { slotFor } from './programs/sizes.ts'

const KINDS = [
  'pair',
  'quad',
  'wide',
  'leaf',
  'record',
  'references',
  'integers',
  'doubles',
  'bytes',
] as const

/** A graph with sharing and cycles. */
function graph(seed: number): Item {
  const random = new Random(seed)
  const items = Array.from({ length: random.between(1, 40) }, () => {
    return new Item(random.pick(KINDS), random.below(12), random.next() | 0)
  })
  for (const { references } of items)
    for (let index = 0; index < references.length; index++)
      if (random.chance(0.5)) references[index] = random.pick(items)
  return items[0]
}

/** A graph as text. Items are numbered in the order in which a walk from the root finds them. */
function shapeOf(root: Item): string {
  const items = [root]
  const numbers = new Map([[root, 0]])
  for (const { references } of items) {
    for (const item of references) {
      if (item === null || numbers.has(item)) continue
      numbers.set(item, items.push(item) - 1)
    }
  }
  return JSON.stringify(
    items.map(({ kind, length, stamp, references }) => [
      kind,
      length,
      stamp,
      references.map(item => (item === null ? null : numbers.get(item))),
    ]),
  )
}

test('from the manifest of a graph the same graph is made', () => {
  for (let seed = 0; seed < 300; seed++) {
    const root = graph(seed)
    const [made] = itemsOf(manifestOf(root))
    expect(shapeOf(made), `seed ${seed}`).toBe(shapeOf(root))
    expect(closureOf([made]).size).toBe(closureOf([root]).size)
  }
})

test('a manifest in which one number was changed is none', () => {
  const numbers = manifestOf(graph(1))
  for (let index = 0; index < numbers.length; index++) {
    const changed = numbers.with(index, numbers[index] ^ 4)
    expect(() => itemsOf(changed), `number ${index}`).toThrow('a manifest was changed')
  }
})

test('the sizes of the model, written down from the documents, are those of the heap', () => {
  const sizes = Array.from({ length: 70_000 }, (_, index) => index + 1)
  expect(sizes.filter(bytes => slotFor(bytes) !== roundedBytes(bytes))).toEqual([])
})
