// Tasks, a channel and the console. Chance decides whose greeting comes first, so main sorts them.
import { bytes, chan, go, keep, ref, task } from 'sawtooth'

const Greetings = chan(ref(bytes))

const greeter = task('greeter', [ref(Greetings), ref(bytes)], function* (greetings, name) {
  yield* Greetings.send(greetings, bytes.from(`Hello, ${bytes.text(name)}!`))
})

export default function* main(...args: string[]) {
  const names = args.filter(arg => !arg.startsWith('--'))
  if (names.length === 0) names.push('gophers', 'tasks', 'world')

  const greetings = keep(Greetings.new())
  for (const name of names) go(greeter, greetings, bytes.from(name))

  const lines: string[] = []
  while (lines.length < names.length) lines.push(bytes.text(yield* Greetings.recv(greetings)))
  for (const line of lines.sort()) console.log(line)
}
