// Litmus tests: what the processor and V8 do with loads and stores that race, on real threads. A
// controlled schedule runs one P at a time, so it cannot show this.
//   node test/litmus.js [PROGRAM …]       all of test/litmus/programs, or some, by name without .js
//   ROUNDS=1000000 node test/litmus.js    default: 100,000, or as many as some 0.15 s hold
// Prints a line for each race. Exits with 1 if something happened that must never happen, if a
// breach that was made by hand was not seen, or if threads never met.
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { processors } from './litmus/processors.js'
import { endRace, sharedBytes, viewsOf } from './litmus/race.js'

const folder = new URL('litmus/programs/', import.meta.url)
const rounds = Number(process.env.ROUNDS ?? 100_000)
if (!(Number.isInteger(rounds) && rounds >= 1000 && rounds <= 1e8)) {
  console.error(
    `ROUNDS must be a whole number from 1,000 to 100,000,000, not '${process.env.ROUNDS}'`,
  )
  process.exit(2)
}

/**
 * On a busy machine a race ends early, after this many ms, if its threads have met. If ROUNDS is
 * given, all rounds are run.
 */
const ENOUGH_MS = process.env.ROUNDS === undefined ? 150 : 2 ** 31 - 1
/** A breach that is made by hand has this many times the rounds, and ends once it was seen. */
const MORE_ROUNDS = 100
/** The time between two looks for such a breach, in ms. */
const LOOK_MS = 100
/** A race that takes longer than this hangs, in ms. */
const LIMIT_MS = 180_000 + rounds / 2

const bound = processors()
const place = `${process.version} ${process.arch}${bound.length > 1 ? '' : ' (threads not bound)'}`

const rules = {
  never: ({ seen }) => (seen > 0 ? 'WRONG: it never may' : 'as it must be'),
  may: ({ seen }) => (seen > 0 ? 'it may' : 'not seen at all, though it may be'),
  must: ({ seen }) => (seen > 0 ? 'the test sees it' : 'WRONG: made by hand, and not seen'),
}

function race(program, variant, index) {
  const { threads, rule, judge, least = 1 } = variant
  const buffer = new SharedArrayBuffer(sharedBytes(rounds))
  const views = viewsOf(buffer, rounds)
  const most = rule === 'must' ? rounds * MORE_ROUNDS : rounds
  const endIfEnough = () => {
    const { overlapped, seen } = judge(views)
    if (overlapped >= least && (rule !== 'must' || seen > 0)) endRace(views)
  }
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`not over after ${LIMIT_MS} ms`)), LIMIT_MS)
    let enough
    let ready = 0
    let done = 0
    for (const thread of threads.keys()) {
      const processor = bound[thread % bound.length]
      const workerData = {
        program: program.href,
        variant: index,
        thread,
        buffer,
        rounds,
        most,
        processor,
      }
      const worker = new Worker(new URL('litmus/thread.js', import.meta.url), { workerData })
      worker.on('error', reject)
      worker.on('online', () => {
        if (++ready === threads.length)
          enough = setInterval(endIfEnough, rule === 'must' ? LOOK_MS : ENOUGH_MS)
      })
      worker.on('exit', () => {
        if (++done < threads.length) return
        clearTimeout(limit)
        clearInterval(enough)
        resolve(judge(views))
      })
    }
  })
}

const number = value => value.toLocaleString('en')

const all = readdirSync(folder).map(name => name.replace(/\.js$/, ''))
const wanted = process.argv.slice(2)
const unknown = wanted.find(name => !all.includes(name))
if (unknown !== undefined) {
  console.error(`there is no litmus test '${unknown}'; there is ${all.join(', ')}`)
  process.exit(2)
}

for (const name of wanted.length > 0 ? wanted : all) {
  const program = new URL(`${name}.js`, folder)
  const { variants } = await import(program.href)
  for (const [index, variant] of variants.entries()) {
    const title = `${place} ${name.replace('-', ' ')}, ${variant.name}:`
    try {
      const found = await race(program, variant, index)
      const verdict =
        found.overlapped === 0 ? 'WRONG: the threads never met' : rules[variant.rule](found)
      const { seen, of, overlapped, more = [] } = found
      const facts = [
        `${number(seen)} of ${number(of)}`,
        `${number(overlapped)} overlapped`,
        ...more,
      ]
      console.log(`${title} ${variant.what} ${facts.join('; ')}: ${verdict}`)
      if (verdict.startsWith('WRONG')) process.exitCode = 1
    } catch (error) {
      console.log(`${title} WRONG: ${error.message}`)
      process.exit(1) // ends the threads too, which spin for each other
    }
  }
}
