// Message passing: plain data is stored, then a flag. A thread that sees the flag sees the data.
// All hand-overs between Ps are of this kind: work buffers, lists under a lock, channels.
import { BURST, cell, judgeBursts, OVERLAPPED, OWN, ROUNDS_PER_BURST, SEEN } from '../race.js'

const FLAG = OWN + cell(0)
const DATA = OWN + cell(1)
const MORE = OWN + cell(2)

function sendAtomically({ words, meetings }) {
  for (let value = 0; meetings.next(); ) {
    for (const last = value + BURST; value < last; ) {
      value++
      words[DATA] = value
      words[MORE] = value
      Atomics.store(words, FLAG, value)
    }
  }
}

function receiveAtomically({ words, meetings, counts }) {
  let before = 0
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let flag = 0; flag < last; before = flag) {
      flag = Atomics.load(words, FLAG)
      const more = words[MORE]
      const data = words[DATA]
      if (flag !== before && flag < last) counts[OVERLAPPED]++
      if (data < flag || more < flag) counts[SEEN]++
    }
  }
}

function sendPlainly({ words, meetings }) {
  for (let value = 0; meetings.next(); ) {
    for (const last = value + BURST; value < last; ) {
      value++
      words[DATA] = value
      words[MORE] = value
      words[FLAG] = value
    }
  }
}

function receivePlainly({ words, meetings, counts }) {
  let before = 0
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let flag = 0; flag < last; before = flag) {
      flag = words[FLAG]
      const more = words[MORE]
      const data = words[DATA]
      if (flag !== before && flag < last) counts[OVERLAPPED]++
      if (data < flag || more < flag) counts[SEEN]++
    }
  }
}

function sendFlagFirst({ words, meetings }) {
  for (let value = 0; meetings.next(); ) {
    for (const last = value + BURST; value < last; ) {
      value++
      Atomics.store(words, FLAG, value)
      words[DATA] = value
      words[MORE] = value
    }
  }
}

const common = {
  what: 'the flag came before its data',
  judge: judgeBursts(),
  perMeeting: ROUNDS_PER_BURST,
}

export const variants = [
  { ...common, name: 'flag atomic', rule: 'never', threads: [sendAtomically, receiveAtomically] },
  { ...common, name: 'plain', rule: 'may', threads: [sendPlainly, receivePlainly] },
  { ...common, name: 'flag sent first', rule: 'must', threads: [sendFlagFirst, receiveAtomically] },
]
