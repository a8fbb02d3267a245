// Objects of every size and shape, each filled with values that follow from its number, dropped and
// made anew: numbers from one word to several pages, arrays of references longer than an oblet,
// structs that end in a reference, stacks that grow. A new object must be zero, and an old one must
// hold what was written.
import {
  array,
  enter,
  gc,
  getLocal,
  global,
  go,
  i32,
  keep,
  leave,
  local,
  nil,
  type Ref,
  ref,
  self,
  setLocal,
  struct,
  task,
  waitGroup,
} from 'sawtooth'

const Numbers = array(i32)
const Pair = struct('Pair', { left: self, right: self })
const Wide = struct('Wide', {
  a: ref(Numbers),
  b: ref(Numbers),
  c: ref(Numbers),
  d: ref(Numbers),
  e: ref(Numbers),
  number: i32,
})
const Wides = array(ref(Wide))
const Lists = array(ref(Numbers))

const SLOTS = 24
/** What each task keeps. */
const kept = global(ref(Wides), 16)
const lists = global(ref(Lists), 16)

interface Random {
  seed: number
}

function random(state: Random, below: number): number {
  state.seed ^= state.seed << 13
  state.seed ^= state.seed >>> 17
  state.seed ^= state.seed << 5
  return (state.seed >>> 0) % below
}

/** Small more often than large: from nothing to several pages. */
function lengthFrom(state: Random): number {
  return random(state, 1 << (1 + random(state, random(state, 12) === 0 ? 15 : 10)))
}

function numbers(length: number, first: number): Ref<typeof Numbers> {
  const made = Numbers.new(length)
  for (let i = 0; i < length; i++) {
    if (Numbers.get(made, i) !== 0)
      throw new Error(`a new array of ${length} has ${Numbers.get(made, i)} at ${i}`)
    Numbers.set(made, i, first + i)
  }
  return made
}

function verify(made: Ref<typeof Numbers>, first: number, where: string): void {
  if (made === nil) throw new Error(`${where}: nil, must begin with ${first}`)
  const length = Numbers.length(made)
  for (let i = 0; i < length; i++) {
    if (Numbers.get(made, i) !== first + i)
      throw new Error(`${where}: ${Numbers.get(made, i)} at ${i}, must be ${first + i}`)
  }
}

/** Each field's object is reachable only through this struct. */
function wide(state: Random, number: number): Ref<typeof Wide> {
  const scope = enter()
  const a = keep(numbers(lengthFrom(state), number))
  const b = keep(numbers(1 + random(state, 4), number + 1))
  const c = keep(numbers(lengthFrom(state), number + 2))
  const d = keep(numbers(random(state, 40), number + 3))
  return leave(scope, Wide.new(a, b, c, d, numbers(random(state, 9), number + 4), number))
}

function verifyWide(made: Ref<typeof Wide>, number: number): void {
  if (Wide.number.get(made) !== number)
    throw new Error(`${Wide.number.get(made)} must be ${number}`)
  verify(Wide.a.get(made), number, 'a')
  verify(Wide.b.get(made), number + 1, 'b')
  verify(Wide.c.get(made), number + 2, 'c')
  verify(Wide.d.get(made), number + 3, 'd')
  verify(Wide.e.get(made), number + 4, 'e')
}

/** A tree by recursion: the stack grows, and every reference on it is the only one. */
function deep(depth: number): number {
  if (depth === 0) return 0
  const scope = enter()
  const mine = keep(numbers(1, depth))
  const below = deep(depth - 1)
  verify(mine, depth, 'deep')
  leave(scope)
  return below + 1
}

/** A chain by one local, turned round through its last field. */
function chained(length: number): number {
  const scope = enter()
  const head = local<typeof Pair>(nil)
  for (let i = 0; i < length; i++) setLocal(head, Pair.new(nil, getLocal(head)))
  let found = 0
  for (let at = getLocal(head); at !== nil; at = Pair.right.get(at)) found++
  leave(scope)
  return found
}

/** Longer than a piece of a scan (128 KiB), with an object at every place that may be forgotten. */
function longArray(state: Random): void {
  const scope = enter()
  const length = 32766 + random(state, 40)
  const long = keep(Lists.new(length))
  const places = [0, 1, 32764, 32765, 32766, 32767, length - 1].filter(place => place < length)
  for (const place of places) Lists.set(long, place, numbers(2, place))
  for (let i = 0; i < 200; i++) numbers(2, -1)
  for (const place of places) verify(Lists.get(long, place), place, `long array at ${place}`)
  leave(scope)
}

const shaper = task(
  'shaper',
  [ref(waitGroup), i32, i32, i32],
  function* (group, index, seed, steps) {
    const state = { seed: seed | 1 }
    kept.set(index, Wides.new(SLOTS))
    lists.set(index, Lists.new(SLOTS))
    const number = new Int32Array(SLOTS)
    const first = new Int32Array(SLOTS)
    for (let step = 1; step <= steps; step++) {
      const slot = random(state, SLOTS)
      number[slot] = step * 10
      // Made first: `kept.get` before it would be a bare reference over safepoints.
      const made = wide(state, number[slot])
      Wides.set(kept.get(index), slot, made)
      const other = random(state, SLOTS)
      first[other] = step
      const list = numbers(lengthFrom(state), step)
      Lists.set(lists.get(index), other, list)
      const seen = random(state, SLOTS)
      if (number[seen] !== 0) verifyWide(Wides.get(kept.get(index), seen), number[seen])
      if (first[seen] !== 0) verify(Lists.get(lists.get(index), seen), first[seen], 'list')
      if (step % 16 === 0 && deep(300) !== 300) throw new Error('a stack is not as deep as it was')
      if (step % 16 === 8 && chained(500) !== 500)
        throw new Error('a chain is not as long as it was')
      if (step % 32 === 1) longArray(state)
      if (step % 8 === 0) yield
    }
    kept.set(index, nil)
    lists.set(index, nil)
    waitGroup.done(group)
  },
)

export default function* main(seed = '1', steps = '300', tasks = '2') {
  const count = Number(tasks)
  const scope = enter()
  const group = keep(waitGroup.new())
  waitGroup.add(group, count)
  for (let i = 0; i < count; i++)
    go(shaper, group, i, Number(seed) * 7919 + i * 104729, Number(steps))
  yield* waitGroup.wait(group)
  leave(scope)
  gc()
  console.log('ok')
}
