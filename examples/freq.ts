// Requests go through a pool of workers. Each asks in how many documents a topic occurs, in capital
// or small letters, and is answered with a page. With --copies a worker first makes a copy of every
// document in small letters, which finds the same and is garbage at once. The last line says how
// many requests were answered in a cycle of the collector.
//   -- [--copies] [--requests N] [--workers N]
import { parseArgs } from 'node:util'
import {
  array,
  type Bytes,
  bytes,
  chan,
  enter,
  go,
  i32,
  keep,
  leave,
  numGC,
  type Ref,
  ref,
  struct,
  task,
} from 'sawtooth'
import { xorshift } from './shared/xorshift.ts'

const Documents = array(ref(bytes))
const DOCUMENTS = 32
const DOCUMENT_BYTES = 2048
/** Three small letters, the first one lowest. */
const TOPICS = 26 ** 3
const PAGE_BYTES = 48 * 1024

const Answer = struct('Answer', { page: ref(bytes), topic: i32, hits: i32 })
const Requests = chan(i32)
const Answers = chan(ref(Answer))

/** Of a letter's code, that of the small letter. */
const small = (code: number): number => code | 32
const letterOf = (topic: number, place: number): number =>
  97 + (Math.floor(topic / 26 ** place) % 26)

/** Random letters, of which half are capitals. */
function newDocuments(): Ref<typeof Documents> {
  const random = xorshift(1)
  const scope = enter()
  const documents = keep(Documents.new(DOCUMENTS))
  for (let index = 0; index < DOCUMENTS; index++) {
    const document = bytes.new(DOCUMENT_BYTES)
    for (let at = 0; at < DOCUMENT_BYTES; at++) {
      const drawn = random()
      bytes.set(document, at, (drawn & 32) + 65 + ((drawn >>> 8) % 26))
    }
    Documents.set(documents, index, document)
  }
  return leave(scope, documents)
}

function inSmallLetters(document: Ref<Bytes>): Ref<Bytes> {
  const scope = enter()
  const from = keep(document)
  const copy = bytes.new(DOCUMENT_BYTES)
  for (let at = 0; at < DOCUMENT_BYTES; at++) bytes.set(copy, at, small(bytes.get(from, at)))
  return leave(scope, copy)
}

function occurs(topic: number, document: Ref<Bytes>): boolean {
  const [first, second, third] = [0, 1, 2].map(place => letterOf(topic, place))
  for (let at = 0; at + 2 < DOCUMENT_BYTES; at++)
    if (
      small(bytes.get(document, at)) === first &&
      small(bytes.get(document, at + 1)) === second &&
      small(bytes.get(document, at + 2)) === third
    )
      return true
  return false
}

const worker = task(
  'worker',
  [ref(Documents), i32, ref(Requests), ref(Answers)],
  function* (documents, copies, requests, answers) {
    for (
      let topic = yield* Requests.next(requests);
      topic !== undefined;
      topic = yield* Requests.next(requests)
    ) {
      let hits = 0
      for (let index = 0; index < DOCUMENTS; index++) {
        const document = Documents.get(documents, index)
        if (occurs(topic, copies === 1 ? inSmallLetters(document) : document)) hits++
      }
      const page = bytes.new(PAGE_BYTES)
      bytes.set(page, 0, hits)
      yield* Answers.send(answers, Answer.new(page, topic, hits))
    }
  },
)

const client = task('client', [i32, ref(Requests)], function* (count, requests) {
  const random = xorshift(2)
  for (let request = 0; request < count; request++)
    yield* Requests.send(requests, random() % TOPICS)
  Requests.close(requests)
})

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { small: flag, copies: flag, requests: text, workers: text } as const
  const { values } = parseArgs({ args, options })
  const count = Number(values.requests ?? (values.small ? 20 : 2000))
  const documents = keep(newDocuments())
  const requests = keep(Requests.new(16))
  const answers = keep(Answers.new(16))
  const cyclesBefore = numGC()
  go(client, count, requests)
  for (let index = 0; index < Number(values.workers ?? 8); index++)
    go(worker, documents, values.copies ? 1 : 0, requests, answers)
  let hits = 0
  let checksum = 0
  for (let answered = 0; answered < count; answered++) {
    const answer = yield* Answers.recv(answers)
    hits += bytes.get(Answer.page.get(answer), 0)
    checksum = (checksum + Math.imul(Answer.topic.get(answer) + 1, Answer.hits.get(answer))) | 0
  }
  console.log(`${count} requests, ${hits} hits, checksum ${checksum}`)
  const cycles = numGC() - cyclesBefore
  const perCycle = cycles === 0 ? '' : `, ${(count / cycles).toFixed(1)} requests per cycle`
  console.error(`${cycles} cycles${perCycle}`)
}
