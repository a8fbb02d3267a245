// Coherence: one thread counts a word up, and the other loads it twice. The second load never sees
// an older value than the first, though both are plain. Code that looks at a hint again relies on
// this.
import { BURST, cell, judgeBursts, OVERLAPPED, OWN, ROUNDS_PER_BURST, SEEN } from '../race.js'

const WORD = OWN + cell(0)

function count({ words, meetings }) {
  for (let value = 0; meetings.next(); )
    for (const last = value + BURST; value < last; ) words[WORD] = ++value
}

function loadTwice({ words, meetings, counts }) {
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let second = 0; second < last; ) {
      const first = words[WORD]
      second = words[WORD]
      if (second !== first) counts[OVERLAPPED]++
      if (second < first) counts[SEEN]++
    }
  }
}

/** Through two views, so that no compiler takes the second load for the first. */
function loadThroughTwoViews({ words, unsigned, meetings, counts }) {
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let second = 0; second < last; ) {
      const first = words[WORD]
      second = unsigned[WORD]
      if (second !== first) counts[OVERLAPPED]++
      if (second < first) counts[SEEN]++
    }
  }
}

/** As if the second load had overtaken the first. */
function loadInTheWrongOrder({ words, unsigned, meetings, counts }) {
  for (let last = BURST; meetings.next(); last += BURST) {
    for (let second = 0; second < last; ) {
      second = unsigned[WORD]
      const first = words[WORD]
      if (second !== first) counts[OVERLAPPED]++
      if (second < first) counts[SEEN]++
    }
  }
}

const common = {
  what: 'the second load saw an older value',
  judge: judgeBursts(),
  perMeeting: ROUNDS_PER_BURST,
}

export const variants = [
  { ...common, name: 'plain', rule: 'never', threads: [count, loadTwice] },
  {
    ...common,
    name: 'plain, through two views',
    rule: 'never',
    threads: [count, loadThroughTwoViews],
  },
  { ...common, name: 'in the wrong order', rule: 'must', threads: [count, loadInTheWrongOrder] },
]
