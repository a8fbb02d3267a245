// A copy of words that another thread may give away: it moves a count, then others write the words.
// A thread that copies between two looks at the count, and finds it unmoved, has none of theirs.
// The second look is a read-modify-write: a load could come before the reads of the words. The scan
// of a stack by another P does this (gc/mark/remote-scan.ts).
import { BURST, cell, judgeBursts, OVERLAPPED, OWN, ROUNDS_PER_BURST, SEEN } from '../race.js'

const COUNT = OWN + cell(0)
const DATA = OWN + cell(1)
const MORE = OWN + cell(2)

function giveAway({ words, meetings }) {
  for (let value = 0; meetings.next(); ) {
    for (const last = value + BURST; value < last; ) {
      value++
      Atomics.add(words, COUNT, 1)
      words[DATA] = value
      words[MORE] = value
    }
  }
}

function copyAndAsk({ words, meetings, counts }) {
  let before = 0
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let count = 0; count < last; before = count) {
      count = Atomics.load(words, COUNT)
      const more = words[MORE]
      const data = words[DATA]
      const isUnmoved = Atomics.compareExchange(words, COUNT, count, count) === count
      if (count !== before && count < last) counts[OVERLAPPED]++
      if (isUnmoved && (data > count || more > count)) counts[SEEN]++
    }
  }
}

function copyAndLook({ words, meetings, counts }) {
  let before = 0
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let count = 0; count < last; before = count) {
      count = Atomics.load(words, COUNT)
      const more = words[MORE]
      const data = words[DATA]
      const isUnmoved = Atomics.load(words, COUNT) === count
      if (count !== before && count < last) counts[OVERLAPPED]++
      if (isUnmoved && (data > count || more > count)) counts[SEEN]++
    }
  }
}

function writeFirst({ words, meetings }) {
  for (let value = 0; meetings.next(); ) {
    for (const last = value + BURST; value < last; ) {
      value++
      words[DATA] = value
      words[MORE] = value
      Atomics.add(words, COUNT, 1)
    }
  }
}

const common = {
  what: 'a copy held a word of the next owner',
  judge: judgeBursts(),
  perMeeting: ROUNDS_PER_BURST,
}

export const variants = [
  { ...common, name: 'asked', rule: 'never', threads: [giveAway, copyAndAsk] },
  { ...common, name: 'looked', rule: 'may', threads: [giveAway, copyAndLook] },
  { ...common, name: 'written first', rule: 'must', threads: [writeFirst, copyAndAsk] },
]
