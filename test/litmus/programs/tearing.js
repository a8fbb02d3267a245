// Tearing: a word, or an aligned double, that is given two values in turn always reads as one of
// them. The words of the layout, and the doubles of its measures, are read while their owner writes
// them.
import { cell, judgeBursts, OVERLAPPED, OWN, ROUNDS_PER_BURST, SEEN } from '../race.js'

const WORD = OWN + cell(0)
const DOUBLE = WORD / 2

/**
 * How many stores a burst has, and how many looks. While the writer owns the cache line, its stores
 * are not seen, so there must be many.
 */
const STORES = 100_000

/** No byte of one is the same in the other. */
const ODD = -1
const EVEN = 0x12345678

/** Nor is a half. Each cell begins as 0. */
const PI = Math.PI
const THIRD = -1 / 3
const halves = new Int32Array(new Float64Array([PI, THIRD]).buffer)

function storeWords({ words, meetings }) {
  while (meetings.next()) {
    for (let stored = 0; stored < STORES; stored += 2) {
      words[WORD] = ODD
      words[WORD] = EVEN
    }
  }
}

function loadWords({ words, meetings, counts }) {
  while (meetings.next()) {
    let before = words[WORD]
    for (let looks = 0; looks < STORES; looks++) {
      const value = words[WORD]
      if (value !== before) counts[OVERLAPPED]++
      if (value !== ODD && value !== EVEN && value !== 0) counts[SEEN]++
      before = value
    }
  }
}

function storeDoubles({ doubles, meetings }) {
  while (meetings.next()) {
    for (let stored = 0; stored < STORES; stored += 2) {
      doubles[DOUBLE] = PI
      doubles[DOUBLE] = THIRD
    }
  }
}

function loadDoubles({ doubles, meetings, counts }) {
  while (meetings.next()) {
    let before = doubles[DOUBLE]
    for (let looks = 0; looks < STORES; looks++) {
      const value = doubles[DOUBLE]
      if (value !== before) counts[OVERLAPPED]++
      if (value !== PI && value !== THIRD && value !== 0) counts[SEEN]++
      before = value
    }
  }
}

function storeHalves({ words, meetings }) {
  while (meetings.next()) {
    for (let stored = 0; stored < STORES; stored += 2) {
      words[WORD] = halves[0]
      words[WORD + 1] = halves[1]
      words[WORD] = halves[2]
      words[WORD + 1] = halves[3]
    }
  }
}

const common = { what: 'torn', judge: judgeBursts(STORES), perMeeting: ROUNDS_PER_BURST }

export const variants = [
  { ...common, name: 'a word', rule: 'never', threads: [storeWords, loadWords] },
  { ...common, name: 'a double', rule: 'never', threads: [storeDoubles, loadDoubles] },
  {
    ...common,
    name: 'a double stored by halves',
    rule: 'must',
    threads: [storeHalves, loadDoubles],
  },
]
