/**
 * The record of a run: what `run --json FILE` writes and `run()` resolves with. Sizes are in bytes,
 * and times in the unit of their name, except those in MemStats, whose names and units are Go's.
 * Fields are added over time, never changed.
 */

import type { ScheduleReport } from '../../memory/controlled/strategy.ts'

export interface RunRecord {
  readonly schema: 1
  /** The program's path as given. */
  readonly program: string
  /** Node's version. */
  readonly node: string
  /** Logical CPUs of the machine. */
  readonly cpus: number
  readonly procs: number
  /** GOGC in percent at the start. */
  readonly gogc: number | 'off'
  /** null: no limit. */
  readonly memoryLimit: number | null
  /** null: Go's, which scales with GOGC. */
  readonly heapMinimum: number | null
  readonly arena: number
  /** Name and settings, as `fixed:trigger=0.8`. */
  readonly pacer: string
  readonly termination: string
  readonly gate: string
  readonly credit: string
  readonly barrier: string
  readonly marks: string
  readonly idleWorkers: string
  readonly seed: number
  readonly wallMs: number
  /** Since all Ps had started; 0 if they had not. Shares of the CPU are shares of this × procs. */
  readonly activeMs: number
  /** Exit status. */
  readonly exit: number
  readonly error: RunError | null
  /** Files that the run was to write, `standard output` among them, and could not. */
  readonly unwritten: readonly { readonly file: string; readonly why: string }[]
  /** How the Ps were ordered; null: by the system. */
  readonly schedule: (ScheduleReport & { readonly strategy: string; readonly unmet: number }) | null
  /** Waits in the whole run that only their net ended; 0 in a sound run. */
  readonly rescues: number
  /** Finished cycles. */
  readonly cycleCount: number
  /** Finished cycles, the oldest first: in the file all, from `run` the newest `keepCycles`. */
  readonly cycles: readonly CycleRecord[]
  readonly memStats: MemStats
  readonly allocations: { readonly objects: number; readonly bytes: number }
  /** Stores that took the write barrier, and flushes of its buffers. */
  readonly barriers: { readonly stores: number; readonly flushes: number }
  readonly goroutines: {
    readonly started: number
    readonly finished: number
    /** The largest number of live goroutines on each P. */
    readonly peakLivePerP: readonly number[]
  }
  /** Under `--fault`, every point; else empty. */
  readonly faults: readonly FaultCount[]
}

/** How often Ps passed a fault point, and how often a fault struck there. */
export interface FaultCount {
  /** A `--fault` of the run names it. */
  readonly named: boolean
  readonly point: string
  readonly passes: number
  readonly strikes: number
  /**
   * Cycles in which a fault struck there. A strike between two cycles counts for the earlier one.
   */
  readonly cycles: number
}

export interface RunError {
  readonly kind: string
  readonly message: string
  /** Name of the goroutine that failed; null if none did. */
  readonly goroutine: string | null
  readonly stack: string | null
}

/**
 * A stretch in which a P made no progress that it owed, and why its thread made none. The rest of
 * `ms` the thread ran or slept. null where it is not known: a stretch that the end of the mark cut,
 * and time off the CPU on other systems than Linux.
 */
export interface Gap {
  readonly point: string
  readonly ms: number
  /** The thread was ready, and had no CPU. */
  readonly offCpuMs: number | null
  /** V8 collected on the thread. */
  readonly v8Ms: number | null
}

export interface CycleRecord {
  /** From 1. */
  readonly n: number
  /** What started it: the trigger, gc(), the timer, or an arena without room. */
  readonly trigger: 'heap' | 'forced' | 'periodic' | 'full'
  /** At the request of the setup stop, since the run began. */
  readonly startMs: number
  /** Heap live (L) at the request of the setup stop. */
  readonly heapAtStart: number
  /** L in the termination stop, before the reset. */
  readonly heapAtMarkEnd: number
  /** Bytes marked, objects allocated black included: L after the reset. */
  readonly heapMarked: number
  /** Bytes that two markers both counted. */
  readonly doubleMarked: number
  /** The trigger (T) when the cycle began; null: none. */
  readonly triggerBytes: number | null
  /** The goal (N) in force when marking began; null: none. */
  readonly goal: number | null
  /** The goal before Go's 64 KiB rule; null: none. */
  readonly committedGoal: number | null
  /** max(0, heapAtMarkEnd − goal); 0 without a goal. */
  readonly overrun: number
  /**
   * The overrun by cause (gc/record/overrun.ts); `stall:` is followed by its place. The parts sum
   * to the whole.
   */
  readonly overrunBy: Readonly<Record<string, number>>
  /** The longest stretch at each place in which a P made no progress that it owed. */
  readonly gaps: readonly Gap[]
  /** The largest single request to the heap so far. */
  readonly largestRefill: number
  /** From the request of the setup stop to the restart. */
  readonly stwSetupUs: number
  /** Concurrent mark: from that restart to the request of the termination stop that succeeded. */
  readonly markMs: number
  readonly stwTerminationUs: number
  /** From request to stopped world: in setup, in termination. */
  readonly timeToSafepointUs: readonly [setup: number, termination: number]
  /** Time inside drains, summed over Ps. */
  readonly cpuMs: {
    readonly assist: number
    readonly dedicated: number
    readonly fractional: number
    readonly idle: number
  }
  /** Time that goroutines kept their P while they waited inside an allocation, summed over Ps. */
  readonly blockedInPlaceMs: number
  /**
   * Time that goroutines spent at the gate, draining there included, summed over Ps. What they
   * slept there is also in `blockedInPlaceMs`.
   */
  readonly gateMs: number
  /** Measured: (dedicated + fractional + assist) / (markMs · procs). */
  readonly utilization: number
  /** Go's assumed form: 0.25 + assist / (markMs · procs). */
  readonly pacerUtilization: number
  /** The collector's CPU limiter (Go's) limited in this cycle: no assists, and the gate open. */
  readonly gcCpuLimited: boolean
  /** Bytes scanned. */
  readonly scanWork: { readonly heap: number; readonly stack: number; readonly globals: number }
  /** Entries at the top of the termination protocol. */
  readonly terminationAttempts: number
  /** Termination stops that a request at the gate raised because it had waited for too long. */
  readonly gateRaises: number
  /** Times that the world was stopped to end the mark, and started again because work was left. */
  readonly restarts: number
  readonly rescues: number
  /** Scan work owed per byte allocated, at the start. */
  readonly assistRatio: number
  /** Pages swept after this cycle; null: sweeping was not over when the run ended. */
  readonly sweptPages: number | null
  /**
   * Time of that sweeping, summed over Ps: by goroutines that allocate, call gc() or start a
   * cycle; and in idle time. null as above.
   */
  readonly sweepMs: { readonly goroutine: number; readonly idle: number } | null
}

/** Go's runtime.MemStats, field for field; what this runtime does not have is 0. */
export interface MemStats {
  /** Bytes of allocated objects, unswept garbage included; the same as HeapAlloc. */
  Alloc: number
  /** Bytes ever allocated in objects. */
  TotalAlloc: number
  /** Bytes obtained for everything: the sum of the …Sys below. */
  Sys: number
  Lookups: number
  /** Objects ever allocated. */
  Mallocs: number
  /** Objects ever freed. */
  Frees: number
  HeapAlloc: number
  /** HeapInuse + HeapIdle. */
  HeapSys: number
  /** Bytes of pages in no span. */
  HeapIdle: number
  /** Bytes of spans with at least one object. */
  HeapInuse: number
  /** Idle bytes given back to the operating system. */
  HeapReleased: number
  /** Mallocs − Frees. */
  HeapObjects: number
  StackInuse: number
  StackSys: number
  MSpanInuse: number
  MSpanSys: number
  MCacheInuse: number
  MCacheSys: number
  BuckHashSys: number
  GCSys: number
  OtherSys: number
  /** The heap goal, not the trigger. */
  NextGC: number
  /** End of the last cycle in nanoseconds since 1970; 0: none. */
  LastGC: number
  PauseTotalNs: number
  /** Ring of 256: the sum of each cycle's pauses, the newest at (NumGC + 255) % 256. */
  PauseNs: number[]
  /** Ring of 256: each cycle's end in nanoseconds since 1970. */
  PauseEnd: number[]
  NumGC: number
  NumForcedGC: number
  /** Share of the CPU that the collector took since all Ps had started, without idle workers. */
  GCCPUFraction: number
  EnableGC: boolean
  DebugGC: boolean
  BySize: { Size: number; Mallocs: number; Frees: number }[]
}
