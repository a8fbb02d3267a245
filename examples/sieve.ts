// The prime sieve of goroutines: each prime has a task that lets pass what it does not divide.
//   -- [PRIMES]
import { parseArgs } from 'node:util'
import { chan, getLocal, go, i32, local, ref, setLocal, task } from 'sawtooth'

const Numbers = chan(i32)

const generate = task('generate', [ref(Numbers)], function* (output) {
  for (let n = 2; ; n++) yield* Numbers.send(output, n)
})

const filter = task('filter', [i32, ref(Numbers), ref(Numbers)], function* (prime, input, output) {
  for (;;) {
    const n = yield* Numbers.recv(input)
    if (n % prime !== 0) yield* Numbers.send(output, n)
  }
})

export default function* main(...args: string[]) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { small: { type: 'boolean' } } })
  const count = Number(positionals[0] ?? (values.small ? 20 : 500))

  const last = local(Numbers.new())
  go(generate, getLocal(last))
  const primes: number[] = []
  while (primes.length < count) {
    const prime = yield* Numbers.recv(getLocal(last))
    primes.push(prime)
    const output = Numbers.new()
    go(filter, prime, getLocal(last), output)
    setLocal(last, output)
  }
  console.log(primes.join(' '))
}
