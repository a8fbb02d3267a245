/** Walks through the heap and a model side by side, and compares them. */
import { nil } from 'sawtooth'
import { Item, itemsOf } from './model.ts'
import { type Any, Crate, compare, getReference, Integers } from './shapes.ts'

/** The object that a walk through the heap has found for each item. */
type Found = Map<Item, Any>

/** Walks through the heap and the model side by side, and compares them. Not a safepoint. */
export function walk(
  roots: readonly (readonly [where: string, at: Any, item: Item | null])[],
): Found {
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
    if (before !== undefined)
      throw new Error(`${where()} is ${at}, must be ${before}: two for one ${item.kind}`)
    const other = itemAt.get(at)
    if (other !== undefined)
      throw new Error(`${where()} is ${at}, one ${other.kind} for two: this must be another`)
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
      meet(
        () => `reference ${index} of the ${kind} at ${at}`,
        getReference(at, kind, index),
        references[index],
      )
  }
  return found
}

/** An object in the heap and in the model. */
export interface Met {
  readonly at: Any
  readonly item: Item
}

/** A crate with its model. */
export function modelOfCrate(crate: Any): Item {
  const manifest = Crate.manifest.get(crate as never)
  const numbers = Array.from({ length: Integers.length(manifest) }, (_, index) =>
    Integers.get(manifest, index),
  )
  const item = new Item('crate', 0, numbers[numbers.length - 1])
  item.references[0] = itemsOf(numbers)[0]
  item.references[1] = new Item('manifest', numbers.length, 0, numbers)
  return item
}
