// Overwriting: two threads store in one word, and each notes whether it has overwritten what was
// there before the round. The write barrier shades what a store overwrites (gc/mark/barrier.ts), so
// one of the two must have. With an exchange exactly one has. With a load before the store it is
// coherence of one location that sees to it, and both may have.
import { beginRound, cell, endRound, judgeRounds, OWN } from '../race.js'

const SLOT = OWN + cell(0)
/** Bits of a note: the thread has overwritten what was there before, or something else. */
const FIRST = 1
const SECOND = 2

const noteOf = (round, overwritten) => (overwritten < 2 * round ? FIRST : SECOND)

function exchanged(race) {
  const { words, meetings, thread } = race
  while (beginRound(race)) {
    const round = meetings.count
    const overwritten = Atomics.exchange(words, SLOT, 2 * round + thread)
    endRound(race, round, noteOf(round, overwritten))
  }
}

function loadedBefore(race) {
  const { words, meetings, thread } = race
  while (beginRound(race)) {
    const round = meetings.count
    const overwritten = words[SLOT]
    words[SLOT] = 2 * round + thread
    endRound(race, round, noteOf(round, overwritten))
  }
}

function storedBefore(race) {
  const { words, meetings, thread } = race
  while (beginRound(race)) {
    const round = meetings.count
    words[SLOT] = 2 * round + thread
    endRound(race, round, noteOf(round, words[SLOT]))
  }
}

const neither = { what: 'nobody overwrote what was there', judge: judgeRounds(SECOND) }
const both = { what: 'both overwrote it', judge: judgeRounds(FIRST) }

export const variants = [
  { ...neither, name: 'exchanged', rule: 'never', threads: [exchanged, exchanged] },
  { ...both, name: 'exchanged', rule: 'never', threads: [exchanged, exchanged] },
  { ...neither, name: 'loaded before', rule: 'never', threads: [loadedBefore, loadedBefore] },
  { ...both, name: 'loaded before', rule: 'may', threads: [loadedBefore, loadedBefore] },
  { ...neither, name: 'loaded afterwards', rule: 'must', threads: [storedBefore, storedBefore] },
]
