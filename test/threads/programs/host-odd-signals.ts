// A host that makes its own abort signals and reasons. Prints the outcomes of its runs. The
// argument is a program that never ends by itself.
import { run } from 'sawtooth/host'

const [program = ''] = process.argv.slice(2)
let uncaught = 0
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => uncaught++)

const trap = (): never => {
  throw new Error('mine')
}
const reason = new Proxy({}, { get: trap, getPrototypeOf: trap })
const inTheMiddle = new AbortController()
setTimeout(() => inTheMiddle.abort(reason), 300)
const own = {
  aborted: true,
  addEventListener: () => {},
  removeEventListener: trap,
} as unknown as AbortSignal

const exits: number[] = []
for (const signal of [AbortSignal.abort(reason), inTheMiddle.signal, own])
  exits.push((await run(program, { signal, procs: 2, arena: '8MiB' })).exit)
console.log(JSON.stringify({ exits, uncaught }))
process.exit()
