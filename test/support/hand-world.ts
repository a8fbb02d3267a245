// Some Ps over one memory, in one thread that never waits. The test is their scheduler and their
// operating system: it says which P does what, step by step. So an interleaving of threads is
// written down, and happens every time.
//
// A HandP is a real P whose `World` belongs to the test. Nothing runs by itself, a stop is carried
// out on the spot, and a wait throws. A protocol may call its world in the middle of a step, as in
// the ragged barrier or a stop. With `at`, a test says beforehand what the other Ps do there.

import { Controller } from '../../gc/controller.ts'
import type { BarrierKind } from '../../gc/mark/barrier.ts'
import type { MarkKind } from '../../gc/mark/marker.ts'
import type { StackScans } from '../../gc/mark/roots.ts'
import { fixed } from '../../gc/pacer/fixed.ts'
import { CycleRecords, type RawCycle } from '../../gc/record/cycle-record.ts'
import { Events } from '../../gc/record/events.ts'
import type { TerminationName } from '../../gc/termination/policy.ts'
import { verifyHeap } from '../../gc/verify/verify-heap.ts'
import type { Credit } from '../../gc/work/assist.ts'
import type { GateLimit } from '../../gc/work/gate.ts'
import { STOP_FORCED_CYCLE, STOP_TERMINATION, type StopReason, type World } from '../../gc/world.ts'
import { Heap } from '../../heap/heap.ts'
import {
  ARRAY_ELEMENTS_BYTE,
  ARRAY_LENGTH_WORD,
  headerOf,
  REFERENCE_ARRAY,
} from '../../heap/object.ts'
import { roundedBytes, sizeClassOf, slotBytesOf, spanClassOf } from '../../heap/size-classes.ts'
import type { Addr, GoroutineId, MetaWords } from '../../memory/kinds.ts'
import { GRANULE_SHIFT } from '../../memory/layout.ts'
import { Memory } from '../../memory/memory.ts'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { FaultInjector } from '../../runtime/host/fault-injector.ts'
import { parseFault } from '../../runtime/options/faults.ts'
import { P, type POptions, type Program } from '../../scheduler/p.ts'

/**
 * Where the test may step in: where a P reads the epoch, before the ragged barrier, in the barrier
 * each time that a P has passed, before a stop, after a stop on the P that raised it, and where a P
 * would wait.
 */
export type Point = 'epoch' | 'ragged barrier' | 'passed' | 'stop' | 'restarted' | 'blocked'

/** A struct type: references first, then numbers. */
export interface HandType {
  readonly id: number
  readonly references: number
  readonly bytes: number
}

export interface HandWorldOptions {
  readonly procs?: number
  readonly checkmark?: boolean
  readonly check?: boolean
  readonly stopTheWorld?: 0 | 1 | 2
  readonly termination?: TerminationName
  readonly gate?: GateLimit
  readonly credit?: Credit
  readonly barrier?: BarrierKind
  readonly marks?: MarkKind
  readonly stackScans?: StackScans
  /** @defaultValue as many as there are Ps */
  readonly cpus?: number
  readonly workBuffers?: number
  readonly arenaBytes?: number
  /** In bytes. @defaultValue none */
  readonly memoryLimit?: number
  /** How many globals hold references. */
  readonly globals?: number
  /** One SPEC of `--fault` each. */
  readonly faults?: readonly string[]
  /**
   * Between stops each P has the status of a P that runs. Otherwise it has that of a P that was
   * never booted.
   *
   * @defaultValue false
   */
  readonly isRunning?: boolean
  /** Ps put events into their rings, as under `--trace`. @defaultValue false */
  readonly isTraced?: boolean
}

/** No test needs as many: a protocol that takes more goes round in circles. */
const TOO_MANY_STOPS = 100

/** The type of every array of references. */
const ARRAY_TYPE = 1

const NO_PROGRAM: Program = {
  start: () => {
    throw new Error('the test runs the goroutines')
  },
  nameOf: id => `goroutine ${id}`,
}

export class HandWorld {
  readonly memory: Memory
  readonly meta: MetaWords
  readonly ps: readonly HandP[]
  readonly records: CycleRecords
  /** How many stops were carried out so far: the epoch. */
  stops = 0
  private readonly isRunning: boolean
  private readonly actions: { point: Point; action: () => void }[] = []
  private types = ARRAY_TYPE

  constructor(options: HandWorldOptions = {}) {
    const {
      procs = 2,
      check = false,
      workBuffers = 64,
      arenaBytes = 4 * MiB,
      memoryLimit = Number.POSITIVE_INFINITY,
      globals = 0,
    } = options
    this.memory = Memory.reserve({ arenaBytes, procs, workBuffers })
    this.meta = this.memory.meta
    this.records = new CycleRecords(this.memory)
    this.isRunning = options.isRunning ?? false
    const pOptions: POptions = {
      checkmark: options.checkmark ?? true,
      stopTheWorld: options.stopTheWorld ?? 0,
      termination: options.termination ?? 'coordinator',
      gate: options.gate ?? 'off',
      credit: options.credit ?? 'go',
      barrier: options.barrier ?? 'plain',
      marks: options.marks ?? 'plain',
      stackScans: options.stackScans ?? 'owner',
      zealEvery: 0,
      zealConcurrent: false,
      barrierWait: 'sleep',
      cpus: options.cpus ?? procs,
      seed: 1,
    }
    // Each P has its own views of the memory, as each thread does.
    this.ps = Array.from({ length: procs }, (_, index) => {
      const faults = new FaultInjector(
        this.memory,
        (options.faults ?? []).map(parseFault),
        index,
        1,
      )
      const heap = new Heap(new Memory(this.memory.handle, faults), check)
      return new HandP(this, heap, index, pOptions, memoryLimit, options.isTraced ?? false)
    })
    this.goOn()
    this.ps[0].collector.initialize(100, memoryLimit)
    this.meta[control.GLOBAL_SLOTS] = globals
  }

  // ————— the collector's steps

  /**
   * Says what happens when a P next comes to a point in the middle of its step. Each happens once,
   * in the order given.
   */
  at(point: Point, action: () => void): void {
    this.actions.push({ point, action })
  }

  /** A P is at a point. False if the test has nothing to do there. */
  reach(point: Point): boolean {
    const index = this.actions.findIndex(entry => entry.point === point)
    if (index < 0) return false
    this.actions.splice(index, 1)[0].action()
    return true
  }

  /** The world stops: every P publishes its grey objects, and `actor` acts. */
  stop(actor: HandP, reason: StopReason): void {
    if (this.stops === TOO_MANY_STOPS) throw new Error('the world stops again and again')
    this.reach('stop')
    const { metaF64 } = this.memory
    metaF64[this.memory.controlDouble(control.STOP_REQUESTED_AT)] = performance.now()
    for (const each of this.ps) each.collector.publish()
    this.setStatus(pWords.STATUS_WAITING)
    metaF64[this.memory.controlDouble(control.STOPPED_AT)] = performance.now()
    actor.collector.act(reason)
    verifyHeap(this.memory)
    this.goOn()
    this.stops++
  }

  private setStatus(status: number): void {
    for (const { index } of this.ps) this.meta[this.memory.pWord(index, pWords.STATUS)] = status
  }

  private goOn(): void {
    if (this.isRunning) this.setStatus(pWords.STATUS_RUNNING)
  }

  /** The setup stop of a cycle; afterwards `marker` is in a drain that has done nothing yet. */
  startMark(marker: HandP): void {
    this.stop(marker, STOP_FORCED_CYCLE)
    marker.collector.drain.enter()
  }

  /**
   * `marker` is in a drain. It drains all there is, the others come to a safepoint, and it leaves.
   * As the last drainer it ends the mark, after as many attempts as that takes.
   */
  finishMark(marker: HandP): void {
    const { drain } = marker.collector
    for (let attempt = 1; ; attempt++) {
      do {
        drain.drainForCredit(() => false)
        for (const other of this.ps) other.safepoint()
      } while (drain.isWorkAvailable)
      marker.collector.endOfMark.drained()
      if (this.memory.phase === control.PHASE_OFF) return
      if (attempt === 10) throw new Error('the mark does not end')
      drain.enter()
    }
  }

  /**
   * The rest of a cycle: the mark ends, everything is swept, and freed slots are used again. So an
   * object that was lost has lost its contents too.
   */
  finishCycle(marker: HandP): RawCycle {
    this.finishMark(marker)
    marker.collector.sweeper.finish()
    const cycle = this.records.take(false)
    if (cycle === undefined) throw new Error('the cycle left no record')
    for (let bytes = 16; bytes <= 64; bytes += 16)
      for (let count = 0; count < 600; count++) marker.overwriteFree(bytes)
    return cycle
  }

  /** A whole cycle without any interleaving. */
  collect(marker: HandP): RawCycle {
    this.startMark(marker)
    return this.finishCycle(marker)
  }

  /**
   * Asks what the termination stop asks, without the protocol that leads to it. True if the mark
   * was over.
   */
  tryTerminate(actor: HandP): boolean {
    this.stop(actor, STOP_TERMINATION)
    return this.memory.phase === control.PHASE_OFF
  }

  // ————— what there is

  /** A struct of that many references, and then a number. */
  type(references: number, bytes = (references + 2) * 4): HandType {
    const id = ++this.types
    this.meta[this.memory.layout.typeSlots + id] = roundedBytes(bytes)
    return { id, references, bytes }
  }

  colourOf(object: Addr): number {
    return this.memory.marks[object >>> GRANULE_SHIFT]
  }

  paint(object: Addr, colour: number): void {
    this.memory.marks[object >>> GRANULE_SHIFT] = colour
  }

  /** Word of a global. */
  global(index: number): number {
    return this.memory.layout.globals + index
  }

  /** Word of a goroutine's record. */
  goroutine(id: GoroutineId, word: number): number {
    return this.meta[this.memory.goroutineWord(id, word)]
  }

  isScanned(id: GoroutineId): boolean {
    return this.goroutine(id, gWords.SCANNED_CYCLE) === this.meta[control.CYCLES]
  }
}

export class HandP extends P {
  private readonly hand: HandWorld

  constructor(
    hand: HandWorld,
    heap: Heap,
    index: number,
    options: POptions,
    memoryLimit: number,
    isTraced: boolean,
  ) {
    const config = { procs: heap.memory.layout.procs, gcPercent: 100, memoryLimit }
    const controller = new Controller(heap.memory, fixed(0.7), config)
    super(heap, index, controller, NO_PROGRAM, new Events(heap.memory, index, isTraced), options)
    this.hand = hand
    Object.assign(this.world, this.byHand())
  }

  // ————— World

  /** Replaces the methods of these names. The rest of the P's world is a real one. */
  private byHand(): Pick<World, 'epoch' | 'raise' | 'raiseIf' | 'blockInPlace' | 'raggedBarrier'> {
    const { hand } = this
    const epoch = (): number => {
      hand.reach('epoch')
      return hand.stops
    }
    const raise = (since: number, reason: StopReason): boolean => {
      if (since !== hand.stops) return false
      hand.stop(this, reason)
      hand.reach('restarted')
      return true
    }
    return {
      epoch,
      raise,
      raiseIf(isDue: () => boolean, reason: StopReason): boolean {
        const since = epoch()
        return isDue() && raise(since, reason)
      },
      blockInPlace: (isOver: () => boolean): void => {
        while (!isOver())
          if (!hand.reach('blocked')) throw new Error(`P ${this.index} would wait in place`)
      },
      raggedBarrier: (): void => {
        hand.reach('ragged barrier')
        for (const other of hand.ps) {
          if (other === this) continue
          other.collector.flush()
          hand.reach('passed')
        }
      },
    }
  }

  safepoint(): void {
    this.world.safepoint()
  }

  // ————— a goroutine's steps

  /** A new goroutine that runs here. */
  spawn(): GoroutineId {
    const id = this.goroutines.create(-1, 0)
    this.memory.meta[this.memory.goroutineWord(id, gWords.P)] = this.index
    this.resume(id)
    return id
  }

  /** Runs a goroutine that is ready, wherever it is in this P's ready list. */
  resume(id: GoroutineId): void {
    this.takeReady(id)
    this.goroutines.startRunning(id)
    this.memory.meta[this.memory.pWord(this.index, pWords.GOROUTINE)] = id
    this.collector.stack.load(id)
  }

  private takeReady(id: GoroutineId): void {
    const { meta } = this.memory
    const next = (goroutine: GoroutineId): number =>
      this.memory.goroutineWord(goroutine, gWords.NEXT)
    for (
      let link = this.memory.pWord(this.index, pWords.READY);
      meta[link] !== 0;
      link = next(meta[link] as GoroutineId)
    ) {
      if (meta[link] !== id) continue
      meta[link] = meta[next(id)]
      return
    }
  }

  /** The goroutine that runs here waits for nothing in particular. */
  parkHere(): void {
    this.park(gWords.WAIT_SLEEP, 0)
    this.leaveGoroutine()
  }

  /** The goroutine that ran here has parked itself: this P runs none now. */
  leaveGoroutine(): void {
    this.collector.stack.unload()
    this.memory.meta[this.memory.pWord(this.index, pWords.GOROUTINE)] = 0
  }

  /** Puts a reference on the running goroutine's shadow stack. */
  keep(object: Addr): Addr {
    this.collector.stack.push(object)
    return object
  }

  /** Takes the newest reference off the shadow stack. */
  drop(): void {
    this.collector.stack.top--
  }

  /** A struct, as a constructor makes it: fresh memory, then the insertion shade. */
  make(type: HandType, references: readonly Addr[] = [], number = 0): Addr {
    const { heap } = this.memory
    const at = this.allocateSlot(type.bytes, type.references === 0)
    heap[at >>> 2] = headerOf(type.id, type.references)
    references.forEach((reference, index) => {
      heap[(at >>> 2) + 1 + index] = reference
      if (reference !== 0) this.collector.barrier.shade(reference)
    })
    heap[(at >>> 2) + 1 + type.references] = number
    return at
  }

  /** An array of references, all nil. */
  makeArray(length: number): Addr {
    const bytes = ARRAY_ELEMENTS_BYTE + length * 4
    const { cache } = this.collector
    const at =
      sizeClassOf(bytes) === 0 ? cache.allocateLarge(bytes, false) : this.allocateSlot(bytes, false)
    if (sizeClassOf(bytes) === 0) for (let from = at; from !== 0; ) from = cache.zeroPiece(at, from)
    this.memory.heap[(at >>> 2) + ARRAY_LENGTH_WORD] = length
    this.memory.heap[at >>> 2] = headerOf(ARRAY_TYPE, REFERENCE_ARRAY)
    return at
  }

  /** Takes a slot as gc/allocator.ts does, but without assists and triggers. */
  allocateSlot(bytes: number, noscan: boolean): Addr {
    const { cache, sweeper } = this.collector
    const sizeClass = sizeClassOf(bytes)
    const spanClass = spanClassOf(sizeClass, noscan)
    for (;;) {
      const at = cache.take(spanClass, slotBytesOf(sizeClass))
      if (at !== 0) return at
      if (!cache.nextRun(spanClass) && cache.refill(spanClass, sweeper.sweep) === 0)
        throw new Error('the arena is full')
    }
  }

  /** Takes a free slot, once for references and once without, and overwrites it. */
  overwriteFree(bytes: number): void {
    for (const noscan of [false, true]) {
      const at = this.allocateSlot(bytes, noscan)
      this.memory.heap.fill(0, at >>> 2, (at + bytes) >>> 2)
    }
  }

  /** Word of the heap that holds reference `index` of a struct. */
  field(object: Addr, index = 0): number {
    return (object >>> 2) + 1 + index
  }

  /** Word of the heap that holds element `index` of an array of references. */
  element(array: Addr, index: number): number {
    return ((array + ARRAY_ELEMENTS_BYTE) >>> 2) + index
  }

  load(word: number): Addr {
    return this.memory.heap[word]
  }

  /** The number of a struct. */
  numberOf(object: Addr, type: HandType): number {
    return this.memory.heap[this.field(object, type.references)]
  }

  /** Stores a reference in a word of the heap, as every program does. */
  store(word: number, value: Addr): void {
    this.collector.barrier.write(word, value)
  }

  /** Stores a reference in a global. */
  setGlobal(index: number, value: Addr): void {
    this.collector.barrier.writeMeta(this.hand.global(index), value)
  }

  /** Does the next root job. */
  scanRoot(): void {
    this.collector.roots.scanNext('running')
  }

  /** Scans what is grey here, without looking for roots. */
  scanGrey(): void {
    while (this.collector.marker.scanSome(1 << 20) > 0);
    this.collector.drain.account()
  }
}
