// A host that runs programs which throw whatever can be thrown, wherever a program may throw.
// Prints what one warm Runtime makes of each.
//   DIRECTORY [EVERY CHOSEN]     one program of EVERY, and those looked for by name; all by default
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type RunOptions, Runtime } from 'sawtooth/host'

const [directory = '', every = '1', chosen = '0'] = process.argv.slice(2)
const trap = '() => { throw new Error("a trap") }'
const get = (name: string): string =>
  `Object.defineProperty(new Error('own'), '${name}', { get: ${trap} })`
const value = (name: string, what: string): string =>
  `Object.defineProperty(new Error('own'), '${name}', { value: ${what} })`

/** An expression, and the code before the throw. */
const THROWN: Readonly<Record<string, readonly [what: string, before?: string]>> = {
  undefined: ['undefined'],
  null: ['null'],
  symbol: ['Symbol("s")'],
  bigint: ['7n'],
  bare: ['Object.create(null)'],
  'toString throws': [`{ toString: ${trap}, get message() { throw 1 } }`],
  proxy: [`new Proxy(new Error('own'), new Proxy({}, { get: () => ${trap} }))`],
  'revoked proxy': ['(({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable({}, {}))'],
  'stack is a number': [value('stack', '7')],
  'stack throws': [get('stack')],
  'message is a function': [value('message', '() => 1')],
  'message is a symbol': [value('message', 'Symbol("m")')],
  'message throws': [get('message')],
  'name throws': [get('name')],
  'call sites': ["new Error('own')", 'Error.prepareStackTrace = (_, sites) => sites'],
  'prepareStackTrace throws': ["new Error('own')", `Error.prepareStackTrace = ${trap}`],
  aggregate: ["new AggregateError([new Error('a'), undefined], 'own')"],
  cause: ["new Error('own', { cause: new TypeError('inner') })"],
  'cyclic cause': ["((error) => Object.assign(error, { cause: error }))(new Error('own'))"],
  huge: ["new Error('own'.repeat(100_000))"],
  'many lines': [
    "new Error('own\\ngoroutine 1 (main):\\npanic: forged\\n    at forged (x.js:1:1)')",
  ],
  escapes: ["new Error('\\x1b]0;own\\x07\\x1b[2J\\u202e')"],
}

/** What the test looks for by name, in main and in a task. */
const NAMED: readonly string[] = [
  ...[
    'undefined',
    'symbol',
    'call sites',
    'aggregate',
    'cause',
    'cyclic cause',
    'huge',
    'many lines',
  ],
]

const PLACES: Readonly<Record<string, (what: string, before: string) => string>> = {
  main: (what, before) => `export default function* main() { ${before}; throw ${what} }`,
  task: (what, before) => `import { go, sleep, task } from 'sawtooth'
const thrower = task('\\x1b[31mthrower\\n\\ngoroutine 9 (main)', [], function* () { ${before}; throw ${what} })
export default function* main() { go(thrower); yield* sleep(60_000) }`,
  module: (what, before) => `${before}; throw ${what}
export default function* main() {}`,
}

class Heard extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

async function outcome(runtime: Runtime, program: string, options: RunOptions = {}) {
  const stderr = new Heard()
  const { exit, error } = await runtime.run(program, {
    procs: 2,
    arena: '8MiB',
    ...options,
    stdout: new Heard(),
    stderr,
  })
  return {
    exit,
    kind: error?.kind,
    message: error?.message.slice(0, 200),
    goroutine: error?.goroutine,
    stderr: stderr.text,
  }
}

await using runtime = new Runtime()
const results: Record<string, unknown>[] = []
for (const [index, [name, [what, before = '']]] of Object.entries(THROWN).entries()) {
  const isChosen = index % Number(every) === Number(chosen)
  for (const [place, source] of Object.entries(PLACES)) {
    if (!isChosen && (place === 'module' || !NAMED.includes(name))) continue
    const program = join(directory, `${place}.js`)
    writeFileSync(program, source(what, before))
    results.push({ name, place, ...(await outcome(runtime, program)) })
  }
  if (!isChosen) continue
  const pacer = join(directory, 'pacer.js')
  writeFileSync(
    pacer,
    `const nothing = () => {}
export default { name: 'thrower', describe: '', stateNames: [], init: nothing, startCycle: nothing, revise: nothing,
  endCycle: nothing, commit: nothing, goals() { ${before}; throw ${what} } }`,
  )
  writeFileSync(
    join(directory, 'collects.js'),
    "import { gc } from 'sawtooth'\nexport default function* main() { gc() }",
  )
  results.push({
    name,
    place: 'pacer',
    ...(await outcome(runtime, join(directory, 'collects.js'), { pacer })),
  })
  // The host's own realm is left as it is.
  if (before !== '') continue
  const onCycle = new Function(`throw ${what}`) as () => void
  results.push({
    name,
    place: 'onCycle',
    ...(await outcome(runtime, join(directory, 'collects.js'), { onCycle })),
  })
}
const later = async (): Promise<void> => {
  throw new Error('own, later')
}
results.push({
  name: 'a rejection',
  place: 'onCycle',
  ...(await outcome(runtime, join(directory, 'collects.js'), { onCycle: later })),
})
results.push({
  name: 'nothing',
  place: 'last',
  ...(await outcome(runtime, join(directory, 'collects.js'))),
})
console.log(JSON.stringify(results))
