// A plain poll is seen: one thread loads a word in a loop, plainly, until another thread has stored to it, plainly too. Every safepoint polls so.
// The language would let a compiler load the word once for the whole loop; V8 does not, and here one would notice: such a loop has no end.
import { cell, meetingsOf, nap, OWN } from '../race.js'

const POLL = OWN + cell(0)
const SET_AT = (OWN + cell(1)) / 2
const CURSOR = OWN + cell(2)
const LIMIT = 1 << 20
const ALWAYS = 1 << 30

/** A poll takes a millisecond in the mean, by design, so there are fewer than rounds; and two meetings. */
const ROUNDS_PER_MEETING = 250

/** Later than this is not seen, ms: the system takes a thread off its processor for tens of them at most. */
const TOO_LATE_MS = 1000

/** A loop's answer when it has reached its bound. */
const GAVE_UP = -1

/** The poller's counts. */
const NOT_SEEN = 0
const MEDIAN_MS = 1
const WORST_MS = 2
const TURNS = 3
const LOOPED_MS = 4

/** Lets the poller loop for up to 2 ms, then stores. It sleeps meanwhile: the poller may need its processor. */
function set({ words, doubles, meetings }) {
  while (meetings.next()) {
    nap(words, (1 + (meetings.count & 15)) / 8)
    doubles[SET_AT] = performance.now()
    words[POLL] = 1
    if (!meetings.next()) return
  }
}

/** `loop` returns how often it went round, 0 if it does not count, or GAVE_UP. */
const poller = loop =>
  function poll({ words, doubles, meetings, counts }) {
    const late = []
    for (words[POLL] = 0; meetings.next(); words[POLL] = 0) {
      const began = performance.now()
      const turns = loop(words)
      const seenAt = performance.now()
      if (!meetings.next()) break
      const lateMs = seenAt - doubles[SET_AT]
      if (turns === GAVE_UP || lateMs < 0 || lateMs > TOO_LATE_MS) {
        counts[NOT_SEEN]++
        continue
      }
      late.push(lateMs)
      counts[TURNS] += turns
      counts[LOOPED_MS] += seenAt - began
    }
    late.sort((a, b) => a - b)
    counts[MEDIAN_MS] = late[late.length >> 1] ?? 0
    counts[WORST_MS] = late.at(-1) ?? 0
  }

function empty(words) {
  while (words[POLL] === 0);
  return 0
}

function counting(words) {
  let turns = 0
  while (words[POLL] === 0) turns++
  return turns
}

function allocating(words) {
  const kept = []
  let turns = 0
  while (words[POLL] === 0) kept[++turns & 7] = { turns }
  return turns
}

/** The fast path of an allocation in shared memory. */
function bumping(words) {
  let turns = 0
  for (words[CURSOR] = 0; words[POLL] === 0; turns++) {
    const next = words[CURSOR] + 16
    words[CURSOR] = next > LIMIT ? 0 : next
  }
  return turns
}

const depth = left => (left === 0 ? 0 : depth(left - 1) + 1)

function calling(words) {
  let turns = 0
  while (words[POLL] === 0) turns += depth(8) >> 3
  return turns
}

/** As gc/drain.ts and scheduler/p.ts have it: through fields and an accessor, without the bit that asks nothing. */
class Drain {
  memory
  poll = POLL

  constructor(words) {
    this.memory = { words }
  }

  get isPolled() {
    return (this.memory.words[this.poll] & ~ALWAYS) !== 0
  }

  drain() {
    let turns = 0
    while (!this.isPolled) turns++
    return turns
  }
}

const draining = words => new Drain(words).drain()

/** What a compiler would make of `counting` that took the load out of the loop; but for the bound it had no end. */
function hoisted(words) {
  const seen = words[POLL]
  for (let turns = 0; turns < 1e7; turns++) if (seen !== 0) return turns
  return GAVE_UP
}

const short = value => Number(value.toPrecision(2)).toLocaleString('en')

function judge(views) {
  const polls = Math.floor(meetingsOf(views) / 2)
  const [, { [NOT_SEEN]: seen, [MEDIAN_MS]: median, [WORST_MS]: worst, [TURNS]: turns, [LOOPED_MS]: looped }] =
    views.counts
  const more = [
    ...(worst === 0
      ? []
      : [`seen ${short(median * 1000)} µs after the store in the median, ${short(worst)} ms at worst`]),
    ...(turns === 0 ? [] : [`${short((looped * 1e6) / turns)} ns a turn`]),
  ]
  return { of: polls, overlapped: polls, seen, more }
}

const shapes = { empty, counting, allocating, bumping, calling, draining }
const common = { what: 'not seen', judge, perMeeting: ROUNDS_PER_MEETING }

export const variants = [
  ...Object.entries(shapes).map(([name, loop]) => ({ ...common, name, rule: 'never', threads: [set, poller(loop)] })),
  { ...common, name: 'loaded once', rule: 'must', threads: [set, poller(hoisted)] },
]
