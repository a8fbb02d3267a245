// A plain poll sees a store: one thread loads a word plainly in a loop, until another thread has
// stored to it, plainly too. Every safepoint polls in this way. The language lets a compiler load
// the word only once for the whole loop. V8 does not, and this test would notice: such a loop never
// ends.
import { cell, meetingsOf, nap, OWN } from '../race.js'

const POLL = OWN + cell(0)
const SET_AT = (OWN + cell(1)) / 2
/** The turn that a poller notes it is in, and the turn that the setter saw after its store. */
const TURN = OWN + cell(2)
const TURN_AFTER_STORE = OWN + cell(3)
const CURSOR = OWN + cell(4)
const LIMIT = 1 << 20
const ALWAYS = 1 << 30

/**
 * A poll takes a millisecond in the mean, by design, and two meetings. So there are fewer polls
 * than rounds.
 */
const ROUNDS_PER_MEETING = 250

/**
 * How many turns a poller may take after the store. A store stays in its processor's buffer for
 * about a microsecond, which is a thousand turns. There is no bound in time, since the system may
 * take the poller off its processor for as long as it likes. A poll that never sees the store ends
 * at the race's limit.
 */
const MOST_TURNS = 100_000

/** A loop's answer when it has reached its bound. */
const GAVE_UP = -1

/** The poller's counts. */
const NOT_SEEN = 0
const MEDIAN_MS = 1
const WORST_MS = 2
const TURNS = 3
const LOOPED_MS = 4
const WORST_TURNS = 5

/**
 * Lets the poller loop for up to 2 ms, then stores. The setter sleeps meanwhile, since the poller
 * may need its processor.
 */
function set({ words, doubles, meetings }) {
  while (meetings.next()) {
    nap(words, (1 + (meetings.count & 15)) / 8)
    doubles[SET_AT] = performance.now()
    words[POLL] = 1
    words[TURN_AFTER_STORE] = words[TURN]
    if (!meetings.next()) return
  }
}

/** `loop` returns how often it went round, 0 if it does not count, or GAVE_UP. */
const poller = loop =>
  function poll({ words, doubles, meetings, counts }) {
    const late = []
    for (;;) {
      words[POLL] = 0
      words[TURN] = 0
      if (!meetings.next()) break
      const began = performance.now()
      const turns = loop(words)
      const seenAt = performance.now()
      if (!meetings.next()) break
      const turnsMore = words[TURN] - words[TURN_AFTER_STORE]
      if (turnsMore > counts[WORST_TURNS]) counts[WORST_TURNS] = turnsMore
      if (turns === GAVE_UP || turnsMore > MOST_TURNS) {
        counts[NOT_SEEN]++
        continue
      }
      late.push(seenAt - doubles[SET_AT])
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

/** Notes in which turn it is. */
function telling(words) {
  let turns = 0
  while (words[POLL] === 0) words[TURN] = ++turns
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

/**
 * Polls as gc/mark/drain.ts and scheduler/p.ts do: through fields and an accessor, without the bit
 * that asks for nothing.
 */
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

/**
 * What a compiler that takes the load out of the loop would make of `counting`. Without the bound
 * it would never end.
 */
function hoisted(words) {
  const seen = words[POLL]
  for (let turns = 0; turns < 1e7; turns++) if (seen !== 0) return turns
  return GAVE_UP
}

const short = value => Number(value.toPrecision(2)).toLocaleString('en')

function judge(views) {
  const polls = Math.floor(meetingsOf(views) / 2)
  const [, counts] = views.counts
  const more = []
  if (counts[WORST_MS] > 0)
    more.push(
      `${short(counts[MEDIAN_MS] * 1000)} µs after the store in the median, ${short(counts[WORST_MS])} ms at worst`,
    )
  if (counts[WORST_TURNS] > 0) more.push(`${short(counts[WORST_TURNS])} turns after it at worst`)
  if (counts[TURNS] > 0) more.push(`${short((counts[LOOPED_MS] * 1e6) / counts[TURNS])} ns a turn`)
  return { of: polls, overlapped: polls, seen: counts[NOT_SEEN], more }
}

const shapes = { empty, counting, telling, allocating, bumping, calling, draining }
/** The fewest polls, however busy the machine is: the loops are compiled only after some. */
const LEAST = 20
const common = { what: 'not seen', judge, perMeeting: ROUNDS_PER_MEETING }

export const variants = [
  ...Object.entries(shapes).map(([name, loop]) => ({
    ...common,
    name,
    rule: 'never',
    least: LEAST,
    threads: [set, poller(loop)],
  })),
  { ...common, name: 'loaded once', rule: 'must', threads: [set, poller(hoisted)] },
]
