// Publication of new objects, as in heap/cache.ts:
//   1. A run of objects is cleared, and its mark bytes are set.
//   2. One atomic store and load follow.
//   3. Each object's body is stored, and then, plainly, a reference to the object.
// A marker that follows the reference finds the mark, and need not read the body. Other threads do
// read the body. On x64 they find it. On other processors no code may rely on that.
import { cell, judgeBursts, OVERLAPPED, OWN, ROUNDS_PER_BURST, SEEN } from '../race.js'

const PUBLISHED = OWN + cell(0)
/** The object that was made last since the threads met, from 1. */
const ROOT = OWN + cell(1)

/** Objects of four words, header, two fields and one that stays clear, and their mark bytes. */
const OBJECTS = 2000
const HEAP = OWN + cell(2)
const MARKS = (HEAP + OBJECTS * 4) * 4
const RUN = 4

const FREE = 0
const BLACK = 2
const POISON = 0x5a5a5a5a

const wordOf = object => HEAP + (object - 1) * 4

/** Nothing is marked, and memory holds what was there before. */
function poison(words, bytes) {
  words[ROOT] = 0
  bytes.fill(FREE, MARKS, MARKS + OBJECTS + 1)
  words.fill(POISON, HEAP, HEAP + OBJECTS * 4)
}

function clear(words, object) {
  for (let word = wordOf(object); word < wordOf(object + RUN); word++) words[word] = 0
}

function colour(bytes, object) {
  for (let each = object; each < object + RUN; each++) bytes[MARKS + each] = BLACK
}

function publish(words) {
  Atomics.store(words, PUBLISHED, 1)
  Atomics.load(words, PUBLISHED)
}

function hand(words, object) {
  for (let each = object; each < object + RUN; each++) {
    const word = wordOf(each)
    words[word] = each
    words[word + 1] = each
    words[word + 2] = each
    words[ROOT] = each
  }
}

/** `makeRun` gets the first object of each run. */
const allocator = makeRun =>
  function allocate({ words, bytes, meetings }) {
    while (meetings.next()) {
      poison(words, bytes)
      if (!meetings.next()) return
      for (let object = 1; object < OBJECTS; object += RUN) makeRun(words, bytes, object)
    }
  }

const asTheCacheDoes = allocator((words, bytes, object) => {
  clear(words, object)
  colour(bytes, object)
  publish(words)
  hand(words, object)
})

const withoutAtomics = allocator((words, bytes, object) => {
  clear(words, object)
  colour(bytes, object)
  hand(words, object)
})

const colouredLast = allocator((words, bytes, object) => {
  clear(words, object)
  hand(words, object)
  publish(words)
  colour(bytes, object)
})

const follower = isWrong =>
  function follow({ words, bytes, meetings, counts }) {
    while (meetings.next() && meetings.next()) {
      for (let before = 0; before < OBJECTS; ) {
        const object = words[ROOT]
        if (object === before) continue
        if (object < OBJECTS) counts[OVERLAPPED]++
        if (isWrong(words, bytes, object)) counts[SEEN]++
        before = object
      }
    }
  }

const findsMark = follower(
  (words, bytes, object) => bytes[MARKS + object] !== BLACK || words[wordOf(object) + 3] !== 0,
)
const findsBody = follower((words, _bytes, object) => {
  const word = wordOf(object)
  return words[word + 2] !== object || words[word] !== object
})

// Two meetings for the objects of one burst.
const common = {
  what: 'not black, or not clear',
  judge: judgeBursts(OBJECTS / 2),
  perMeeting: ROUNDS_PER_BURST,
}

export const variants = [
  { ...common, name: 'marks', rule: 'never', threads: [asTheCacheDoes, findsMark] },
  {
    ...common,
    name: 'bodies',
    what: 'not written',
    rule: process.arch === 'x64' ? 'never' : 'may',
    threads: [asTheCacheDoes, findsBody],
  },
  { ...common, name: 'marks without atomics', rule: 'may', threads: [withoutAtomics, findsMark] },
  { ...common, name: 'marks set last', rule: 'must', threads: [colouredLast, findsMark] },
]
