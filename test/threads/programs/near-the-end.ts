// For programs that try something near the end of the native stack, at one depth after another.
import { setFlagsFromString } from 'node:v8'

/** Tries things with `left` small frames free. Returns the names of those that it did. */
export type Trial = (left: number, words: number) => Generator<unknown, Names, unknown>
export type Names = ReadonlySet<string>
type Act = () => void
type Operating = Generator<unknown, unknown, unknown>

/** Words by which the end of the stack is moved, from depth to depth. */
const WORDS = 32
/** Frames of 4 KiB that are left before the small ones begin. */
const ROOM = 100
/** The room of a large frame: that of a call which is never made. */
const MANY = `${'0,'.repeat(512)}0`
/** V8 must not optimize them: a compiled frame has another size than the same one before. */
const source = `
function large(act, left, isAsked) {
  if (isAsked) large(${MANY})
  let returned = 0
  try {
    returned = large(act, left) + 1
    if (returned === left) act()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return returned
}
function small(act, left) {
  let returned = 0
  try {
    returned = small(act, left) + 1
    if (returned === left) act()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return returned
}
function* largeGenerators(count, inside, isAsked) {
  if (isAsked) large(${MANY})
  return count > 0 ? yield* largeGenerators(count - 1, inside) : yield* inside()
}
function* smallGenerators(count, inside) {
  return count > 0 ? yield* smallGenerators(count - 1, inside) : yield* inside()
}
%NeverOptimizeFunction(large);
%NeverOptimizeFunction(small);
%NeverOptimizeFunction(largeGenerators);
%NeverOptimizeFunction(smallGenerators);
return { large, small, largeGenerators, smallGenerators }
`
type Descend = (act: Act, left: number) => number
type Nest = (count: number, inside: () => Operating) => Operating
interface Frames {
  readonly large: Descend
  readonly small: Descend
  readonly largeGenerators: Nest
  readonly smallGenerators: Nest
}
const { large, small, largeGenerators, smallGenerators } = neverOptimized()

function neverOptimized(): Frames {
  setFlagsFromString('--allow-natives-syntax')
  try {
    return new Function(source)() as Frames
  } finally {
    setFlagsFromString('--no-allow-natives-syntax')
  }
}

/**
 * Calls `act` with `left` small frames free, from 1, and that many more words on the stack. What
 * overflows there is tried no second time.
 */
export function nearTheEnd(left: number, words: number, act: Act): void {
  let fits = 0
  const atDepth = (): void => void Reflect.apply(act, undefined, new Array(words).fill(0))
  large(() => {
    fits = small(atDepth, left)
  }, ROOM)
  if (fits < left) throw new Error(`${ROOM} large frames have no room for ${left} small ones`)
}

/** Runs `inside` within so many generators that `left` more small ones would overflow the stack. */
export function* withinGenerators(left: number, inside: () => Operating): Operating {
  const isRoomFor = (outer: number, inner: number): boolean => {
    try {
      nested(outer, inner, nothing).next()
      return true
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return false
    }
  }
  const outer = most(count => isRoomFor(count, 0)) - ROOM
  const inner = most(count => isRoomFor(outer, count)) - left
  if (inner < 0) throw new Error(`${ROOM} large frames have no room for ${left} small ones`)
  return yield* nested(outer, inner, inside)
}

function* nothing(): Operating {
  return undefined
}

function nested(outer: number, inner: number, inside: () => Operating): Operating {
  return largeGenerators(outer, () => smallGenerators(inner, inside))
}

/** The greatest number that fits. */
function most(fits: (count: number) => boolean): number {
  let step = 1
  while (fits(step)) step *= 2
  let count = 0
  for (; step >= 1; step /= 2) if (fits(count + step)) count += step
  return count
}

/**
 * Tries things at growing depths, from the end of the stack to beyond where all `count` of them are
 * done: how large a frame is, and what is probed for, differs between versions of Node. On Node 22
 * and 24 a compiled probe asks for twice as much. Most depths lie near the end, where what needs
 * little stack fails. Returns at how many depths each was done.
 */
export function* tryAtDepths(
  depths: number,
  count: number,
  trial: Trial,
): Generator<unknown, ReadonlyMap<string, number>, unknown> {
  let reach = 64
  while ((yield* trial(reach, 0)).size < count) reach = Math.ceil(1.2 * reach)
  const done = new Map<string, number>()
  for (let depth = 0; depth < depths; depth++) {
    const left = 1 + Math.round(2.2 * reach * (depth / depths) ** 2)
    for (const name of yield* trial(left, depth % WORDS)) done.set(name, (done.get(name) ?? 0) + 1)
  }
  return done
}

/** Whether all were done at some of the depths, and failed at others. */
export function isMixed(done: ReadonlyMap<string, number>, depths: number): boolean {
  return [...done.values()].every(times => times > 0 && times < depths)
}
