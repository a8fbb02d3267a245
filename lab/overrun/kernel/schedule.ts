/**
 * Who had which CPU when, and which thread waited for it, from the events of the kernel's
 * scheduler.
 *
 * 1. A thread that leaves a CPU while it could go on waits from then on, for that CPU.
 * 2. A thread that is woken waits too, for the CPU that it is woken on.
 * 3. One that is moved while it waits, waits for the other CPU from then on.
 * 4. It waits until it gets a CPU.
 *
 * What a thread did before its first event is not known, and counts as no wait.
 */
import type { KernelEvent } from './events.ts'

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** A thread was ready, and had no CPU. */
export interface Wait extends Span {
  readonly cpu: number
}

/** A thread had a CPU; thread 0: nobody had it. */
export interface Turn extends Span {
  readonly thread: number
  readonly name: string
}

interface Thread {
  readonly waits: Wait[]
  readonly movesAt: number[]
  isRunning: boolean
  /** Since when it waits, and for which CPU; null: it does not. */
  waiting: { readonly sinceMs: number; readonly cpu: number } | null
}

export class KernelSchedule {
  readonly #threads = new Map<number, Thread>()
  readonly #processes = new Map<number, number>()
  readonly #turns = new Map<number, Turn[]>()
  /** By CPU: who has had it since when. */
  readonly #onCpu = new Map<number, { thread: number; name: string; sinceMs: number }>()

  /** In the order of time. */
  add(event: KernelEvent): void {
    if (event.kind === 'switch') this.#switch(event)
    else if (event.kind === 'wakeup') {
      const thread = this.#of(event.thread)
      if (!thread.isRunning && thread.waiting === null)
        thread.waiting = { sinceMs: event.atMs, cpu: event.cpu }
    } else {
      const thread = this.#of(event.thread)
      thread.movesAt.push(event.atMs)
      if (thread.waiting === null) return
      this.#endWait(thread, event.atMs)
      thread.waiting = { sinceMs: event.atMs, cpu: event.to }
    }
  }

  #switch(event: KernelEvent & { readonly kind: 'switch' }): void {
    const { atMs, cpu, out, into, intoName } = event
    const before = this.#onCpu.get(cpu)
    if (before !== undefined)
      this.#turnsOf(cpu).push({
        ...{ thread: before.thread, name: before.name },
        ...{ fromMs: before.sinceMs, toMs: atMs },
      })
    this.#onCpu.set(cpu, { thread: into, name: intoName, sinceMs: atMs })
    if (out !== 0) {
      this.#processes.set(out, event.process)
      const thread = this.#of(out)
      thread.isRunning = false
      thread.waiting = event.isReady ? { sinceMs: atMs, cpu } : null
    }
    if (into !== 0) {
      const thread = this.#of(into)
      this.#endWait(thread, atMs)
      thread.isRunning = true
    }
  }

  #endWait(thread: Thread, atMs: number): void {
    if (thread.waiting === null) return
    const { sinceMs, cpu } = thread.waiting
    thread.waits.push({ fromMs: sinceMs, toMs: atMs, cpu })
    thread.waiting = null
  }

  /** The waits of a thread that came to their end, in the order of time. */
  waitsOf(thread: number): readonly Wait[] {
    return this.#threads.get(thread)?.waits ?? []
  }

  /** How often a thread was moved to another CPU in a span. */
  movesIn(thread: number, { fromMs, toMs }: Span): number {
    const moves = this.#threads.get(thread)?.movesAt ?? []
    return moves.filter(at => at >= fromMs && at < toMs).length
  }

  /** Who had the CPU of a wait meanwhile: turns, cut to the wait and to the span. */
  turnsDuring(wait: Wait, span: Span): Turn[] {
    const part = overlap(wait, span)
    if (part === null) return []
    const turns = this.#turnsOf(wait.cpu)
    const found: Turn[] = []
    for (let at = firstEndingAfter(turns, part.fromMs); at < turns.length; at++) {
      const turn = turns[at] as Turn
      if (turn.fromMs >= part.toMs) break
      const shared = overlap(turn, part)
      if (shared !== null) found.push({ ...turn, ...shared })
    }
    return found
  }

  /** The process of a thread; undefined: the thread has not left a CPU. */
  processOf(thread: number): number | undefined {
    return this.#processes.get(thread)
  }

  #of(number: number): Thread {
    let thread = this.#threads.get(number)
    if (thread === undefined) {
      thread = { waits: [], movesAt: [], isRunning: false, waiting: null }
      this.#threads.set(number, thread)
    }
    return thread
  }

  #turnsOf(cpu: number): Turn[] {
    let turns = this.#turns.get(cpu)
    if (turns === undefined) {
      turns = []
      this.#turns.set(cpu, turns)
    }
    return turns
  }
}

/** The index of the first turn that ends after a time: turns follow each other. */
function firstEndingAfter(turns: readonly Turn[], ms: number): number {
  let [low, high] = [0, turns.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((turns[middle] as Turn).toMs > ms) high = middle
    else low = middle + 1
  }
  return low
}

/** What two spans share; null: nothing. */
export function overlap(one: Span, other: Span): Span | null {
  const fromMs = Math.max(one.fromMs, other.fromMs)
  const toMs = Math.min(one.toMs, other.toMs)
  return fromMs < toMs ? { fromMs, toMs } : null
}

/** How much of a span the waits are, in ms. */
export function waitingIn(waits: readonly Span[], span: Span): number {
  let ms = 0
  for (const wait of waits) {
    const part = overlap(wait, span)
    if (part !== null) ms += part.toMs - part.fromMs
  }
  return ms
}
