// The prime sieve of goroutines: each prime has a task that passes on what the prime does not
// divide.
//   -- [PRIMES]
import { parseArgs } from 'node:util'
import { chan, go, i32, keep, ref, task } from 'sawtooth'

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
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { small: { type: 'boolean' } },
  })
  const count = Number(positionals[0] ?? (values.small ? 20 : 500))

  let last = keep(Numbers.new())
  go(generate, last)
  const primes: number[] = []
  while (primes.length < count) {
    const prime = yield* Numbers.recv(last)
    primes.push(prime)
    const output = keep(Numbers.new())
    go(filter, prime, last, output)
    last = output
  }
  console.log(primes.join(' '))
}
