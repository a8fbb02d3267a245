// Files as a disk, an editor or another version may leave them. Each is a JSON file of ours in
// which one thing was changed. A seed draws the change.
import { Random } from './random.ts'

/** The values that replace a value. A text stands for a value that JSON cannot write. */
const BEYOND = '"beyond all numbers"'
const ODD: readonly unknown[] = [
  ...[null, true, '', 'x', '-1', -1, 0, 1.5, 2 ** 53, 1e300, -1e300, JSON.parse(BEYOND)],
  ...['</script><img src=x onerror=alert(1)>', "$& $` $'", '\u001b[2J', 'two\nlines', '__proto__'],
  ...[{}, [], [null], [[[]]], { a: { b: 1 } }],
]

export interface Mutation {
  /** What was changed, for the message of a failure. */
  readonly what: string
  readonly text: string
}

type Holder = Record<string, unknown>

/** `count` mutations of a file's text. The same seed gives the same. */
export function mutationsOf(text: string, count: number, seed: number): Mutation[] {
  const random = new Random(seed)
  const places = placesIn({ file: JSON.parse(text) }, [])
  return Array.from({ length: count }, () => {
    if (random.chance(0.1)) return truncated(text, random)
    const holder = { file: JSON.parse(text) } as Holder
    // Half of the changes are near the root: a list of thousands of numbers would get them all.
    const near = places.filter(place => place.length <= 3)
    const place = random.pick(random.chance(0.5) ? near : places)
    const what = `${change(holder, place, random)} ${place.join('.')}`
    return { what, text: JSON.stringify(holder.file)?.replaceAll(BEYOND, '1e999') ?? '' }
  })
}

function truncated(text: string, random: Random): Mutation {
  const length = random.below(text.length)
  return { what: `cut at ${length}`, text: text.slice(0, length) }
}

function change(root: Holder, place: readonly string[], random: Random): string {
  const [last, ...path] = [...place].reverse() as [string, ...string[]]
  const holder = path.reverse().reduce((at, key) => at[key] as Holder, root)
  const isList = Array.isArray(holder)
  const kind = random.pick(['replaced', 'replaced', 'removed', 'doubled', 'renamed'] as const)
  if (kind === 'replaced' || holder === root) holder[last] = random.pick(ODD)
  else if (kind === 'removed' && isList) holder.splice(Number(last), 1)
  else if (kind === 'removed') delete holder[last]
  else if (isList) holder.push(holder[last])
  else holder[`${last}2`] = holder[last]
  if (kind === 'renamed' && !isList) delete holder[last]
  return kind
}

function placesIn(value: unknown, place: readonly string[]): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => [
    [...place, key],
    ...placesIn(one, [...place, key]),
  ])
}
