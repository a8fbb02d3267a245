// Overflows the native stack in every way to print something, near its end at one depth after
// another. Each time it is a RangeError of the program's own, or is printed. The process lives.
//   -- [DEPTHS [STRIDE]]     DEPTHS depths, STRIDE frames apart
import { inspect } from 'node:util'

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

/** Goes down to the stack's end, and does something `left` frames above it. */
function near(left: number, act: () => void): number {
  let below: number
  try {
    below = near(left, act) + 1
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    below = 0
  }
  if (below === left) act()
  return below
}

export default function* main(depths = '300', stride = '4') {
  const done = prints.map(() => 0)
  const failed = prints.map(() => 0)
  const attempt = (which: number): void => {
    try {
      prints[which]?.()
      done[which] = (done[which] as number) + 1
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      failed[which] = (failed[which] as number) + 1
    }
  }
  for (let depth = 0; depth < Number(depths); depth++)
    for (const which of prints.keys()) near(depth * Number(stride), () => attempt(which))
  const both = prints.every((_, which) => Number(done[which]) > 0 && Number(failed[which]) > 0)
  process.stdout.write(
    `\n${depths} depths; each of ${prints.length} ways printed at some, and failed at others: ${both}\n`,
  )
  if (!both) console.error(done, failed)
}
