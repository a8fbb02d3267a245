// The ground of a litmus test: threads that share a buffer, and meet again and again, so that what
// they do after a meeting happens within nanoseconds.
//
//   words    the cells of the race, each on cache lines of its own
//   counts   numbers that a thread adds up over the whole race
//   notes    a byte for each round and each of two threads: what the thread saw, and whether the
//            other thread had begun

/** Words from one cell to the next: 128 bytes, since processors fetch lines in pairs. */
const LINE = 32
const CELLS = 512
const COUNTS = 8
const MOST_THREADS = 4
const CELL_BYTES = CELLS * LINE * 4
const HEAD_BYTES = CELL_BYTES + MOST_THREADS * COUNTS * 8

/** Cells; those of a thread at BEGUN + cell(thread) and FENCE + cell(thread). */
const ARRIVED = 0
const ENDS_AT = 1 * LINE
const TIME_IS_UP = 2 * LINE
const NEVER_STORED = 3 * LINE
const BEGUN = 4 * LINE
const FENCE = 6 * LINE
export const cell = index => index * LINE
/** Cells from here on are the test's own. */
export const OWN = 8 * LINE

/** Bit of a note: the other thread had begun when this one had ended and its stores were done. */
const MET = 0x80
/** A thread's last count: the meetings that it came to. */
const MEETINGS = COUNTS - 1

export const sharedBytes = rounds => HEAD_BYTES + 2 * (rounds + 1)

/** What the threads and the judge see of the shared buffer. */
export function viewsOf(buffer, rounds) {
  return {
    words: new Int32Array(buffer, 0, CELLS * LINE),
    unsigned: new Uint32Array(buffer, 0, CELLS * LINE),
    bytes: new Uint8Array(buffer, 0, CELL_BYTES),
    doubles: new Float64Array(buffer, 0, CELL_BYTES / 8),
    counts: [0, 1, 2, 3].map(
      thread => new Float64Array(buffer, CELL_BYTES + thread * COUNTS * 8, COUNTS),
    ),
    notes: [0, 1].map(
      thread => new Uint8Array(buffer, HEAD_BYTES + thread * (rounds + 1), rounds + 1),
    ),
  }
}

/** Ends a race at its next meeting. */
export function endRace({ words }) {
  Atomics.store(words, TIME_IS_UP, 1)
}

export const meetingsOf = ({ counts }) => counts[0][MEETINGS]

/**
 * How often a thread spins for the others before it naps, since threads that share its processor
 * need it. A nap spoils only this meeting.
 */
const SPINS = 20_000
const NAP_MS = 0.05

/**
 * A thread's part in the meetings of a race. The threads spin, since a wake-up takes a thousand
 * times as long as the effects that the tests look for.
 */
export class Meetings {
  constructor(words, counts, thread, threads, most) {
    this.words = words
    this.counts = counts
    this.thread = thread
    this.threads = threads
    this.most = most
    this.count = 0
  }

  /** Waits until all have come. False if the race is over. */
  next() {
    const { words } = this
    const count = ++this.count
    if (this.thread === 0 && (count > this.most || Atomics.load(words, TIME_IS_UP) !== 0))
      Atomics.store(words, ENDS_AT, count)
    Atomics.add(words, ARRIVED, 1)
    for (let spins = 0; Atomics.load(words, ARRIVED) < this.threads * count; spins++)
      if (spins >= SPINS) nap(words, NAP_MS)
    if (Atomics.load(words, ENDS_AT) === count) return false
    this.counts[MEETINGS] = count
    return true
  }
}

export function nap(words, milliseconds) {
  Atomics.wait(words, NEVER_STORED, 0, milliseconds)
}

// ————— rounds: a meeting for each, and a note

/**
 * Begins a round. False if the race is over. The thread that arrives last leaves first, by the time
 * that a cache line travels. So each thread then idles for a number of loads that differs from
 * round to round: in 1,024 rounds every pair of numbers has its turn.
 */
export function beginRound({ words, meetings, thread }) {
  if (!meetings.next()) return false
  const round = meetings.count
  for (let idle = (thread === 0 ? round : round >> 5) & 31; idle > 0; idle--)
    Atomics.load(words, FENCE + cell(thread))
  words[BEGUN + cell(thread)] = round
  return true
}

/**
 * Ends a round, after all stores of the thread. Notes `seen`, and whether the other thread had
 * begun by now.
 */
export function endRound({ words, notes, thread }, round, seen) {
  Atomics.add(words, FENCE + cell(thread), 1)
  notes[round] = seen | (words[BEGUN + cell(1 - thread)] === round ? MET : 0)
}

/**
 * `overlapped` counts the rounds in which neither thread had ended before the other began. `seen`
 * counts the rounds in which both noted `bits`.
 */
export const judgeRounds = bits => views => ({
  of: meetingsOf(views),
  overlapped: countBoth(views.notes, MET),
  seen: countBoth(views.notes, bits),
})

function countBoth([a, b], bits) {
  let count = 0
  for (let round = 1; round < a.length; round++) if ((a[round] & b[round] & bits) === bits) count++
  return count
}

// ————— bursts: after one meeting a thread stores many values, and the other looks and counts

export const BURST = 10_000

/** Rounds to a burst, so that both kinds of race take about as long. */
export const ROUNDS_PER_BURST = 100

/** The reader's counts: looks that saw the writer at work, and looks that saw the effect. */
export const OVERLAPPED = 0
export const SEEN = 1

/** `values` is how many values a burst has. `readers` are the threads that count. */
export const judgeBursts =
  (values = BURST, readers = [1]) =>
  views => ({
    of: meetingsOf(views) * values,
    overlapped: readers.reduce((sum, thread) => sum + views.counts[thread][OVERLAPPED], 0),
    seen: readers.reduce((sum, thread) => sum + views.counts[thread][SEEN], 0),
  })
