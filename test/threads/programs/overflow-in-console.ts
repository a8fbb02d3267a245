// Overflows the native stack in every way to print something, near its end at one depth after
// another. Each time it is a RangeError of the program's own, or is printed. The process lives.
//   -- [DEPTHS]
import { inspect } from 'node:util'
import { isMixed, type Names, nearTheEnd, tryAtDepths } from './near-the-end.ts'

class Named {
  readonly text = "it's Ω"
}
const error = new TypeError("it's Ω\nand more", { cause: new Error('a cause') })
const nested = { a: { b: [1, 2, new Map([[1, 'ω']])] }, 'a key': Named, [Symbol('s')]: new Named() }
let deep: object = {}
for (let at = 0; at < 5000; at++) deep = { deep, 'a key': '\x1b' }

const prints: readonly (() => void)[] = [
  () => console.log(nested),
  () => console.error(error),
  () => console.log('%o and %s', new Set([nested]), error),
  () => console.table([nested, { text: 'ω' }]),
  () => console.dir(nested, { depth: 9, colors: true }),
  () => console.dir(deep, { depth: Number.POSITIVE_INFINITY }),
  () => console.warn(new Map([[nested, error]]).entries()),
  () => console.info(new Proxy(nested, {})),
  () => console.trace(nested),
  () => console.assert(false, '%o', nested),
  () => inspect(error, { compact: false }),
  () => process.stdout.write('a line\n'),
  () => {
    console.group(nested)
    console.groupEnd()
  },
]

/** Prints in every way, near the end of the stack. Returns the ways that printed. */
function* printAll(left: number, words: number): Generator<unknown, Names, unknown> {
  const printed = new Set<string>()
  for (const [which, print] of prints.entries())
    nearTheEnd(left, words, () => {
      print()
      printed.add(String(which))
    })
  return printed
}

export default function* main(depths = '300') {
  const done = yield* tryAtDepths(Number(depths), prints.length, printAll)
  process.stdout.write(
    `\n${depths} depths; each of ${done.size} ways printed at some, and failed at others: ${isMixed(done, Number(depths))}\n`,
  )
}
