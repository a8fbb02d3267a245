// A host of a program that posts messages to the host's thread.
import { Writable } from 'node:stream'
import { run } from 'sawtooth/host'

const [program = '', how = ''] = process.argv.slice(2)
const stderr = new Writable({ write: (_, __, done) => done() })
const { exit, error } = await run(program, { procs: 2, arena: '8MiB', args: [how], stderr })
console.log(JSON.stringify({ exit, message: error?.message }))
