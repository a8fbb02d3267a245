// Carries out one command line after another in this process, as many calls of bin/sawtooth.js
// would. Each command is a message { args, env }, and the answer is its exit code. A NUL character
// on both streams marks where its output ends.
import { writeSync } from 'node:fs'

const [node, script] = process.argv
const environment = { ...process.env }
let calls = 0

process.on('message', async ({ args, env }) => {
  process.env = { ...environment, ...env }
  process.argv = [node, script, ...args]
  process.exitCode = undefined
  // The query makes it a new module, which is evaluated again. Its imports are loaded already.
  await import(`../../bin/sawtooth.js?${calls++}`)
  for (const stream of [1, 2]) writeSync(stream, '\0')
  process.send(process.exitCode)
})
process.on('disconnect', () => process.exit())
