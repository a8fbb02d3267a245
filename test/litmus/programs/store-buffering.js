// Store buffering: each thread stores to its own word, then loads the other's. A P that is about to
// sleep and the P that would wake it do just that. If both loads miss the other's store, the
// sleeper sleeps on. A load may overtake a store that waits in its processor's buffer, on x64 too.
// So sleepers announce atomically.
import { beginRound, cell, endRound, judgeRounds, OWN } from '../race.js'

/** Bit of a note: the other thread's store was not there. */
const MISSED = 1

function plain(race) {
  const { words, meetings, thread } = race
  const mine = OWN + cell(thread)
  const other = OWN + cell(1 - thread)
  while (beginRound(race)) {
    const round = meetings.count
    words[mine] = round
    const seen = words[other]
    endRound(race, round, seen === round ? 0 : MISSED)
  }
}

function plainThenAtomicLoad(race) {
  const { words, meetings, thread } = race
  const mine = OWN + cell(thread)
  const other = OWN + cell(1 - thread)
  while (beginRound(race)) {
    const round = meetings.count
    words[mine] = round
    const seen = Atomics.load(words, other)
    endRound(race, round, seen === round ? 0 : MISSED)
  }
}

function atomic(race) {
  const { words, meetings, thread } = race
  const mine = OWN + cell(thread)
  const other = OWN + cell(1 - thread)
  while (beginRound(race)) {
    const round = meetings.count
    Atomics.store(words, mine, round)
    const seen = Atomics.load(words, other)
    endRound(race, round, seen === round ? 0 : MISSED)
  }
}

const judge = judgeRounds(MISSED)
const what = 'both missed'

export const variants = [
  { name: 'plain', what, rule: 'may', threads: [plain, plain], judge },
  {
    name: 'only the load atomic',
    what,
    rule: 'may',
    threads: [plainThenAtomicLoad, plainThenAtomicLoad],
    judge,
  },
  { name: 'atomic', what, rule: 'never', threads: [atomic, atomic], judge },
]
