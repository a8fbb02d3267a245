/**
 * The random programs of the soak, as plain data that JSON can write. `drawProgram` makes one from
 * a seed, programs/interpreter.ts carries it out, and shrink.ts takes pieces out of it. So any part
 * may be missing: a missing script is not forked, and an operation whose objects are missing does
 * nothing.
 *
 *   program    = scripts, the first of which is main's; mailboxes
 *   script     = places, and operations that are carried out `rounds` times
 *   place      = what holds a reference for a goroutine: a local, an element of its table, a global
 *                of its own, or, in a scope, a local of that scope
 *   spot       = a place, and steps along references from the object in that place
 *   attempt    = operations, an error that is thrown after some of them, and what catches it
 *   end        = an error that nobody catches: the run must end with it (endings.ts)
 *
 * Numbers of places, fields, mailboxes and steps are taken modulo how many there are.
 */
import type { Random } from '../support/random.ts'
import { ENDING_NAMES, type Ending } from './endings.ts'

/** Structs with 2, 4 and 10 references, two structs without references, and arrays. */
export type Kind =
  | 'pair'
  | 'quad'
  | 'wide'
  | 'leaf'
  | 'record'
  | 'references'
  | 'integers'
  | 'doubles'
  | 'bytes'

export type Place = number
export type Spot = readonly [place: Place, ...steps: number[]]

export type Operation =
  /**
   * Makes an object with references to others. Its numbers follow from `stamp`. `length` is that of
   * an array.
   */
  | {
      readonly do: 'allocate'
      readonly kind: Kind
      readonly length: number
      readonly stamp: number
      readonly to: Place
      readonly from: readonly Spot[]
    }
  /** Builds a chain or a tree of pairs, with `enter`, `keep` and `leave`. */
  | {
      readonly do: 'grow'
      readonly shape: 'chain' | 'tree'
      readonly size: number
      readonly stamp: number
      readonly to: Place
    }
  /** Makes garbage. */
  | { readonly do: 'churn'; readonly kind: Kind; readonly length: number; readonly count: number }
  | { readonly do: 'link'; readonly from: Spot; readonly field: number; readonly to: Spot }
  | { readonly do: 'unlink'; readonly from: Spot; readonly field: number }
  /** The only copy of a reference is bare while the place or the field that held it is cleared. */
  | { readonly do: 'move'; readonly from: Place; readonly to: Place }
  | { readonly do: 'steal'; readonly from: Spot; readonly field: number; readonly to: Place }
  | {
      readonly do: 'transfer'
      readonly from: Spot
      readonly field: number
      readonly to: Spot
      readonly into: number
    }
  /** Writes new numbers into an object. */
  | { readonly do: 'write'; readonly at: Spot; readonly stamp: number }
  | { readonly do: 'drop'; readonly place: Place }
  /**
   * Cuts off all that can be reached from a place, and puts it into a crate with a manifest of what
   * it is. The other operation takes it out again.
   */
  | { readonly do: 'pack'; readonly from: Place; readonly to: Place }
  | { readonly do: 'unpack'; readonly from: Place; readonly to: Place }
  /** Sends a crate through a mailbox, if it can be sent within `ms` (0: at once). */
  | { readonly do: 'ship'; readonly place: Place; readonly mailbox: number; readonly ms: number }
  | {
      readonly do: 'take'
      readonly mailboxes: readonly number[]
      readonly to: Place
      readonly ms: number
    }
  /** Exchanges crates with a global that all goroutines share, under its mutex. */
  | { readonly do: 'swap'; readonly cell: number; readonly place: Place }
  /**
   * In one of the rounds, starts a goroutine with the crate of a place as its argument. `on` is its
   * P; null leaves the choice to the runtime.
   */
  | {
      readonly do: 'fork'
      readonly script: number
      readonly round: number
      readonly carry: Place | null
      readonly on: number | null
    }
  /** Waits for all goroutines that were forked here, and takes what they have left. */
  | { readonly do: 'join'; readonly to: Place }
  /** A scope with locals of its own. One of them outlives the scope. */
  | {
      readonly do: 'scope'
      readonly slots: number
      readonly operations: readonly Operation[]
      readonly result: number
      readonly to: Place
    }
  /**
   * A scope in which an error is thrown after some of its operations, and caught outside. `guard`
   * is a mutex that the scope holds meanwhile, and that `finally` unlocks. Null stands for none.
   */
  | {
      readonly do: 'attempt'
      readonly slots: number
      readonly operations: readonly Operation[]
      readonly after: number
      readonly thrown: Thrown
      readonly stamp: number
      readonly guard: number | null
    }
  /**
   * The native stack overflows. An operation is carried out `left` calls above its end, where the
   * stack may overflow again.
   */
  | { readonly do: 'overflow'; readonly left: number; readonly operation: AtOnce }
  /** A recursion that keeps a reference at each level. */
  | {
      readonly do: 'descend'
      readonly depth: number
      readonly stamp: number
      readonly bottom: 'gc' | 'allocate' | 'poll'
    }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'yield'; readonly times: number }
  | { readonly do: 'poll'; readonly times: number }
  | { readonly do: 'gc' }
  | { readonly do: 'percent'; readonly percent: number }
  | { readonly do: 'statistics' }
  | {
      readonly do: 'print'
      readonly on: 'stdout' | 'stderr'
      readonly lines: number
      readonly length: number
    }
  /**
   * Leaves something on its thread that is called after the run, and writes into the run's objects.
   */
  | { readonly do: 'leave'; readonly how: Leftover }
  /** Ends the run. */
  | { readonly do: 'end'; readonly how: Ending; readonly stamp: number }
  /** Compares all that must be reachable from this goroutine's places, field by field. */
  | { readonly do: 'verify' }
  /**
   * All goroutines end, and after two collections the heap holds what it must, to the byte. Only
   * main does this. In other scripts it is `verify`.
   */
  | { readonly do: 'census' }
  /** Never drawn: it changes the heap and not the model, to see that the checks find it. */
  | { readonly do: 'sabotage'; readonly how: Sabotage }

/** The operations that neither wait nor contain operations. */
export type AtOnce = Exclude<
  Operation,
  {
    readonly do:
      | 'ship'
      | 'take'
      | 'swap'
      | 'join'
      | 'scope'
      | 'attempt'
      | 'overflow'
      | 'sleep'
      | 'yield'
      | 'census'
      | 'end'
      | 'sabotage'
  }
>

/**
 * What an attempt throws: values of the program's own, and the errors of operations used without
 * `yield*`, of wrong arguments, of a native stack overflow, and of a request that no arena has room
 * for.
 */
export const THROWN = [
  ...(['error', 'text', 'nothing', 'object', 'symbol'] as const),
  ...(['forgotten', 'spread', 'stepped', 'returned', 'interrupted', 'iterated'] as const),
  ...(['argument', 'argument', 'argument', 'overflow', 'memory'] as const),
] as const
export type Thrown = (typeof THROWN)[number]

/**
 * What calls back when a run is over. A thread on which only a promise is left, which settles, may
 * serve the next run. A thread with any of the others is ended.
 */
export const LEFTOVERS = [
  ...(['promise', 'promises', 'timer', 'interval', 'immediate'] as const),
  ...(['promised timer', 'port', 'registry', 'signal'] as const),
] as const
export type Leftover = (typeof LEFTOVERS)[number]

/**
 * Ways to break the heap or the run: a reference is cut, a number is changed, an object is hidden
 * from the collector, an object is made that the model does not know, or a goroutine never ends.
 */
export type Sabotage = 'cut' | 'number' | 'hide' | 'leak' | 'hang'

export interface Script {
  readonly locals: number
  readonly table: number
  readonly globals: number
  readonly rounds: number
  readonly operations: readonly Operation[]
  /**
   * True if the goroutine packs its places for the goroutine that forked it. Else they are garbage.
   */
  readonly bequeaths: boolean
  /** Capacity of the channel that brings what the goroutines forked here leave. */
  readonly replies: number
}

export interface SoakProgram {
  readonly scripts: readonly Script[]
  /** The capacity of each mailbox. */
  readonly mailboxes: readonly number[]
  /** The most bytes that may be reachable from one goroutine's places. */
  readonly bytes: number
}

export type Size = 'tiny' | 'small' | 'medium'

interface Extent {
  readonly scripts: number
  readonly goroutines: number
  /** The fewest and the most. */
  readonly operations: readonly [number, number]
  readonly rounds: number
}

const EXTENTS: Readonly<Record<Size, Extent>> = {
  tiny: { scripts: 3, goroutines: 6, operations: [8, 25], rounds: 4 },
  small: { scripts: 5, goroutines: 16, operations: [15, 50], rounds: 10 },
  medium: { scripts: 8, goroutines: 40, operations: [20, 100], rounds: 24 },
}

/** How many globals goroutines exchange crates through. */
export const SHARED_CELLS = 8
/** How many mutexes attempts hold. */
export const GUARDS = 2

const MOST_PLACES = 24
export const MOST_MAILBOXES = 4
const MOST_IN_MAILBOX = 4
/** The length of a usual array. */
const SHORT = 40

/**
 * Draws a program. All its goroutines, mailboxes and shared globals together never reach more than
 * `liveBytes`.
 */
export function drawProgram(random: Random, size: Size, liveBytes: number): SoakProgram {
  const extent = EXTENTS[size]
  const mailboxes = Array.from({ length: random.between(1, MOST_MAILBOXES) }, () =>
    random.below(MOST_IN_MAILBOX + 1),
  )
  const goroutines = random.between(1, extent.goroutines)
  const holders = goroutines + SHARED_CELLS + mailboxes.reduce((sum, capacity) => sum + capacity, 0)
  const bytes = Math.floor(liveBytes / holders)
  let scripts = new Scripts(random, extent, goroutines, bytes).draw()
  if (random.chance(LEFT))
    scripts = inserted(random, scripts, { do: 'leave', how: random.pick(LEFTOVERS) })
  if (random.chance(ENDED))
    scripts = inserted(random, scripts, {
      do: 'end',
      how: random.pick(ENDING_NAMES),
      stamp: random.next() | 0,
    })
  return { scripts, mailboxes, bytes }
}

/**
 * The share of programs that leave something on a thread, which costs the thread, and the share of
 * those that end with an error, before most of their work is done.
 */
const LEFT = 0.15
const ENDED = 0.12

/** The program with one more operation, somewhere in one of the scripts. */
function inserted(random: Random, scripts: readonly Script[], operation: Operation): Script[] {
  const index = random.below(scripts.length)
  const { operations } = scripts[index] as Script
  const more = operations.toSpliced(random.below(operations.length + 1), 0, operation)
  return scripts.map((script, at) => (at === index ? { ...script, operations: more } : script))
}

/** How often each operation is drawn. */
const WEIGHTS: Readonly<Record<Exclude<Operation['do'], 'leave' | 'end' | 'sabotage'>, number>> = {
  allocate: 26,
  grow: 8,
  churn: 5,
  link: 12,
  unlink: 3,
  move: 6,
  steal: 6,
  transfer: 6,
  write: 3,
  drop: 2,
  pack: 2,
  unpack: 3,
  ship: 5,
  take: 6,
  swap: 3,
  fork: 6,
  join: 1,
  scope: 3,
  attempt: 4,
  overflow: 1,
  descend: 2,
  sleep: 1,
  yield: 3,
  poll: 1,
  gc: 1,
  percent: 2,
  statistics: 1,
  print: 1,
  verify: 3,
  census: 1,
}

/**
 * The operations that are carried out near the end of the native stack. Wherever one is cut off,
 * the model holds what it has done so far.
 */
const NEAR_THE_END = {
  allocate: 8,
  churn: 2,
  link: 4,
  unlink: 1,
  move: 2,
  steal: 2,
  transfer: 2,
  drop: 1,
  pack: 2,
  unpack: 1,
  gc: 2,
  poll: 1,
  percent: 1,
  statistics: 1,
  verify: 1,
} as const satisfies Readonly<Partial<Record<AtOnce['do'], number>>>

/** Draws the scripts of one program. Each may fork only later ones, so all goroutines end. */
class Scripts {
  private readonly random: Random
  private readonly extent: Extent
  private readonly bytes: number
  private readonly count: number
  /** How many goroutines may still be started. */
  private left: number
  /** How often each script is started. */
  private readonly starts: number[]
  private script = 0
  private depth = 0

  constructor(random: Random, extent: Extent, goroutines: number, bytes: number) {
    this.random = random
    this.extent = extent
    this.bytes = bytes
    this.left = goroutines - 1
    this.count = random.between(1, extent.scripts)
    this.starts = new Array(this.count).fill(0)
    this.starts[0] = 1
  }

  draw(): Script[] {
    const { random, extent } = this
    return this.starts.map((_, index) => {
      this.script = index
      const rounds = random.magnitude(1, extent.rounds)
      return {
        locals: random.between(1, MOST_PLACES / 3),
        table: random.below(MOST_PLACES / 2),
        globals: random.below(4),
        rounds,
        operations: this.operations(random.between(...extent.operations)),
        bequeaths: random.chance(0.6),
        replies: random.below(4),
      }
    })
  }

  private operations(count: number): Operation[] {
    return Array.from({ length: count }, () => this.operation())
  }

  private operation(): Operation {
    return this.operationOf(this.random.weighted(WEIGHTS))
  }

  private operationOf(what: keyof typeof WEIGHTS): Operation {
    const { random } = this
    const place = (): Place => random.below(MOST_PLACES)
    const field = (): number => random.below(1 << 16)
    const stamp = (): number => random.next() | 0
    switch (what) {
      case 'allocate': {
        const from = Array.from({ length: random.below(4) }, () => this.spot())
        return { do: what, ...this.shape(), stamp: stamp(), to: place(), from }
      }
      case 'grow': {
        const size = random.magnitude(1, Math.max(1, Math.min(600, this.bytes / 32)))
        return {
          do: what,
          shape: random.pick(['chain', 'tree']),
          size,
          stamp: stamp(),
          to: place(),
        }
      }
      case 'churn': {
        const shape = this.shape()
        return { do: what, ...shape, count: random.magnitude(1, shape.length > SHORT ? 5 : 200) }
      }
      case 'link':
        return { do: what, from: this.spot(), field: field(), to: this.spot() }
      case 'unlink':
        return { do: what, from: this.spot(), field: field() }
      case 'move':
      case 'pack':
      case 'unpack':
        return { do: what, from: place(), to: place() }
      case 'steal':
        return { do: what, from: this.spot(), field: field(), to: place() }
      case 'transfer':
        return { do: what, from: this.spot(), field: field(), to: this.spot(), into: field() }
      case 'write':
        return { do: what, at: this.spot(), stamp: stamp() }
      case 'drop':
        return { do: what, place: place() }
      case 'ship':
        return {
          do: what,
          place: place(),
          mailbox: random.below(MOST_MAILBOXES),
          ms: random.pick([0, 0, 1]),
        }
      case 'take': {
        const mailboxes = Array.from({ length: random.between(1, 3) }, () =>
          random.below(MOST_MAILBOXES),
        )
        return { do: what, mailboxes, to: place(), ms: random.pick([0, 0, 1, 2]) }
      }
      case 'swap':
        return { do: what, cell: random.below(SHARED_CELLS), place: place() }
      case 'fork':
        return this.fork()
      case 'join':
        return { do: what, to: place() }
      case 'scope':
        return this.scope()
      case 'attempt':
        return this.attempt()
      case 'overflow': {
        const operation = this.operationOf(random.weighted(NEAR_THE_END)) as AtOnce
        return { do: what, left: random.magnitude(1, 600) - 1, operation }
      }
      case 'descend':
        return {
          do: what,
          depth: random.magnitude(1, 2000),
          stamp: stamp(),
          bottom: random.pick(['gc', 'allocate', 'poll']),
        }
      case 'sleep':
        return { do: what, ms: random.pick([0, 0.1, 0.5, 1]) }
      case 'yield':
        return { do: what, times: random.magnitude(1, 20) }
      case 'poll':
        return { do: what, times: random.magnitude(1, 2000) }
      case 'percent':
        return { do: what, percent: random.pick([-1, -1, 0, 1, 5, 20, 50, 100, 100, 400]) }
      case 'print': {
        const lines = random.magnitude(1, 50)
        return {
          do: what,
          on: random.pick(['stdout', 'stdout', 'stderr']),
          lines,
          length: random.magnitude(1, 2000),
        }
      }
      case 'gc':
      case 'statistics':
      case 'verify':
      case 'census':
        return { do: what }
    }
  }

  private spot(): Spot {
    const { random } = this
    return [
      random.below(MOST_PLACES),
      ...Array.from({ length: random.below(5) }, () => random.below(16)),
    ]
  }

  /**
   * A kind, and a length if it is an array. Most arrays are short. If there is room, some are large
   * objects of hundreds of KiB.
   */
  private shape(): { kind: Kind; length: number } {
    const { random } = this
    const kind = random.weighted({
      pair: 10,
      quad: 5,
      wide: 4,
      leaf: 3,
      record: 2,
      references: 4,
      integers: 2,
      doubles: 2,
      bytes: 2,
    })
    const isLong = random.chance(0.04)
    const most = isLong ? Math.min(60_000, Math.floor(this.bytes / 16)) : SHORT
    return { kind, length: random.magnitude(1, Math.max(1, most)) - 1 }
  }

  /** A fork of a later script, if that may be started that often. */
  private fork(): Operation {
    const { random, script, count } = this
    const repeats = this.starts[script]
    if (script + 1 >= count || repeats > this.left) return { do: 'yield', times: 1 }
    const forked = random.between(script + 1, count - 1)
    this.left -= repeats
    this.starts[forked] += repeats
    return {
      do: 'fork',
      script: forked,
      round: random.below(64),
      carry: random.chance(0.7) ? random.below(MOST_PLACES) : null,
      on: random.chance(0.3) ? random.below(8) : null,
    }
  }

  private scope(): Operation {
    const { random } = this
    const operations = this.nested()
    if (operations === null) return { do: 'verify' }
    return {
      do: 'scope',
      slots: random.between(1, 6),
      operations,
      result: random.below(6),
      to: random.below(MOST_PLACES),
    }
  }

  /** Operations within another one, or null if they are nested as deep as they may be. */
  private nested(): Operation[] | null {
    if (this.depth === 3) return null
    this.depth++
    const operations = this.operations(this.random.magnitude(1, 12))
    this.depth--
    return operations
  }

  private attempt(): Operation {
    const { random } = this
    const operations = this.nested()
    if (operations === null) return { do: 'verify' }
    return {
      do: 'attempt',
      slots: random.between(1, 4),
      operations,
      after: random.below(operations.length + 1),
      thrown: random.pick(THROWN),
      stamp: random.next() | 0,
      guard: random.chance(0.3) ? random.below(GUARDS) : null,
    }
  }
}
