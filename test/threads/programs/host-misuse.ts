// A host that runs a program in one way after another, and prints each outcome. PROGRAM WAY…
import { run } from 'sawtooth/host'

const [program, ...ways] = process.argv.slice(2)
const results: object[] = []
for (const way of ways) {
  const { exit, error } = await run(program, { procs: 1, args: [way], stdout: process.stderr })
  results.push({ exit, error: error?.message, stack: error?.stack })
}
process.stdout.write(JSON.stringify(results))
