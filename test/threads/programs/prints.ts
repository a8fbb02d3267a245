// Prints a known text: module code runs on every P, but is heard once.
//   -- once BYTES          in one call, from main
//   -- lines LINES         numbered, from a task on each P, to both streams
import { chan, go, i32, keep, procs, ref, task } from 'sawtooth'

console.log('module code of stdout')
console.error('module code of stderr')

const Done = chan(i32)

const printer = task('printer', [i32, i32, ref(Done)], function* (index, lines, done) {
  for (let line = 0; line < lines; line++) {
    console.log(`P ${index} line ${line} ${'.'.repeat(line % 100)}`)
    if (line % 10 === 0) console.error(`P ${index} error ${line}`)
  }
  yield* Done.send(done, lines)
})

export default function* main(what = 'lines', amount = '100') {
  if (what === 'once') {
    const width = 64
    const lines = Number(amount) / width
    let text = ''
    for (let line = 0; line < lines; line++) text += `${String(line).padStart(width - 1, 'ä')}\n`
    console.log(text)
    console.log('after it')
    return
  }
  const done = keep(Done.new(procs()))
  for (let index = 0; index < procs(); index++) go.on(index, printer, index, Number(amount), done)
  for (let index = 0; index < procs(); index++) yield* Done.recv(done)
}
