// A host whose first run gets no threads, since none can be made from a folder that is gone. Then
// it changes to another folder.
import { mkdirSync, rmdirSync } from 'node:fs'
import { Writable } from 'node:stream'
import { type RunRecord, Runtime } from 'sawtooth/host'

const program = process.argv[2] ?? ''
const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
const brief = ({ exit, error }: RunRecord) => ({ exit, kind: error?.kind ?? null })
const home = process.cwd()
const folder = `${process.env.TMPDIR}/gone`

await using runtime = new Runtime()
const options = { procs: 2, arena: '8MiB', stdout: silent(), stderr: silent() }
mkdirSync(folder)
process.chdir(folder)
// Prepared while the folder is there, started when it is not.
const running = runtime.run(program, options)
await Promise.resolve()
rmdirSync(folder)
const refused = brief(await running)
process.chdir(home)
const after = brief(await runtime.run(program, options))
console.log(JSON.stringify({ refused, after }))
