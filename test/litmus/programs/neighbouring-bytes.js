// Bytes stored side by side: threads store to different bytes of one word, and no store is lost.
// Every marker stores mark bytes plainly in this way. A bit map would lose marks. A load of the
// whole word, as in the sweep of 16-byte slots, sees each byte as a load of the byte would.
import { BURST, cell, judgeBursts, OVERLAPPED, OWN, ROUNDS_PER_BURST, SEEN } from '../race.js'

/** The words that are stored to, side by side: a cache line. */
const WORDS = 16
const FIRST = OWN + cell(0)
const FIRST_BYTE = FIRST * 4
const PAST_BYTE = (FIRST + WORDS) * 4
const TURNS = Math.ceil(BURST / WORDS)

/** Each thread has every second byte, and looks at what it stored there before it stores again. */
function storeBytes({ bytes, meetings, counts, thread }) {
  let value = 0
  while (meetings.next()) {
    let neighbour = bytes[FIRST_BYTE + 1 - thread]
    for (let turn = 0; turn < TURNS; turn++) {
      const before = value
      value = (value + 1) & 0xff
      for (let at = FIRST_BYTE + thread; at < PAST_BYTE; at += 2) {
        if (bytes[at] !== before) counts[SEEN]++
        bytes[at] = value
      }
      const theirs = bytes[FIRST_BYTE + 1 - thread]
      if (theirs !== neighbour) counts[OVERLAPPED]++
      neighbour = theirs
    }
  }
}

/** Each of four threads has one byte of every word. */
function storeByteOfFour({ bytes, meetings, counts, thread }) {
  let value = 0
  while (meetings.next()) {
    let neighbour = bytes[FIRST_BYTE + ((thread + 1) & 3)]
    for (let turn = 0; turn < TURNS; turn++) {
      const before = value
      value = (value + 1) & 0xff
      for (let at = FIRST_BYTE + thread; at < PAST_BYTE; at += 4) {
        if (bytes[at] !== before) counts[SEEN]++
        bytes[at] = value
      }
      const theirs = bytes[FIRST_BYTE + ((thread + 1) & 3)]
      if (theirs !== neighbour) counts[OVERLAPPED]++
      neighbour = theirs
    }
  }
}

/** As marks kept as bits would be: load the word, change a part, store it. */
function storeByWords({ words, meetings, counts, thread }) {
  const shift = thread * 8
  let value = 0
  while (meetings.next()) {
    let neighbour = (words[FIRST] >>> (8 - shift)) & 0xff
    for (let turn = 0; turn < TURNS; turn++) {
      const before = value
      value = (value + 1) & 0xff
      for (let at = FIRST; at < FIRST + WORDS; at++) {
        if (((words[at] >>> shift) & 0xff) !== before) counts[SEEN]++
        words[at] = (words[at] & ~(0xff << shift)) | (value << shift)
      }
      const theirs = (words[FIRST] >>> (8 - shift)) & 0xff
      if (theirs !== neighbour) counts[OVERLAPPED]++
      neighbour = theirs
    }
  }
}

/** What a byte counts up to between two meetings, at which it begins again. */
const HIGHEST = 250

/**
 * Counts two bytes up and loads all four as a word. Its own bytes are as stored, and the other
 * thread's never go back.
 */
function storeBytesLoadWord({ words, bytes, meetings, counts, thread }) {
  const mine = FIRST_BYTE + thread
  while (meetings.next()) {
    bytes[mine] = 0
    bytes[mine + 2] = 0
    if (!meetings.next()) return
    let low = 0
    let high = 0
    for (let value = 1; value <= HIGHEST; value++) {
      bytes[mine] = value
      bytes[mine + 2] = value
      const word = words[FIRST]
      const own = thread === 0 ? word : word >>> 8
      const other = thread === 0 ? word >>> 8 : word
      if ((own & 0xff) !== value || ((own >>> 16) & 0xff) !== value) counts[SEEN]++
      if ((other & 0xff) < low || ((other >>> 16) & 0xff) < high) counts[SEEN]++
      if ((other & 0xff) !== low) counts[OVERLAPPED]++
      low = other & 0xff
      high = (other >>> 16) & 0xff
    }
  }
}

const all = [0, 1, 2, 3]
const four = all.map(() => storeByteOfFour)
const perMeeting = ROUNDS_PER_BURST

export const variants = [
  {
    name: 'two threads',
    what: 'lost',
    rule: 'never',
    threads: [storeBytes, storeBytes],
    judge: judgeBursts(TURNS * WORDS * 4, all),
    perMeeting,
  },
  {
    name: 'four threads',
    what: 'lost',
    rule: 'never',
    threads: four,
    judge: judgeBursts(TURNS * WORDS * 4, all),
    perMeeting,
  },
  {
    name: 'four loaded as a word',
    what: 'wrong or older',
    rule: 'never',
    threads: [storeBytesLoadWord, storeBytesLoadWord],
    // Two meetings for one run up, by two threads.
    judge: judgeBursts(HIGHEST, all),
    perMeeting: 10,
  },
  {
    name: 'stored by words',
    what: 'lost',
    rule: 'must',
    threads: [storeByWords, storeByWords],
    judge: judgeBursts(TURNS * WORDS * 2, all),
    perMeeting,
  },
]
