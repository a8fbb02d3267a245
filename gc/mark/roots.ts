/**
 * Roots: globals, in jobs of 256 KiB, and shadow stacks, one job for each goroutine record that was
 * ever used. The setup stop counts the jobs. A P takes one by a ticket (ROOT_NEXT).
 *
 * When a stack is grey, and when it is black.
 *
 *   grey    SCANNED_CYCLE of its goroutine is not CYCLES: every stack, from the setup stop on
 *   black   SCANNED_CYCLE is CYCLES: from its scan, which is one step, to the next setup stop. The
 *           stack of a goroutine that is born in a mark is black from the start
 *
 * A black stack is never scanned again in its cycle. A reference that its goroutine loads later was
 * in the heap, in a global or in a channel. It is reachable there and will be marked, unless it is
 * overwritten first; and then the barrier shades it as it is overwritten (gc/mark/barrier.ts). A
 * new object is black.
 *
 * Under `--stack-scans any` the P that takes the job scans the stack, whatever the goroutine does
 * meanwhile (gc/mark/remote-scan.ts), and what follows does not apply. Under `owner`, as in Go,
 * which P scans the stack of a goroutine that is
 *
 *   not running    the P that takes the job. It sets G_SCAN by a CAS (status → status | G_SCAN),
 *                  scans, and clears it. A P that is about to run the goroutine waits until it is
 *                  clear
 *   running here   the P that takes the job, at once: it is at a safepoint of the goroutine, where
 *                  the stack is complete
 *   running there  the P that runs it. The P that takes the job sets G_SCAN_WANTED by a CAS
 *                  (RUNNING → RUNNING | G_SCAN_WANTED), and counts the stack in SCANS_WANTED until
 *                  it is scanned. The other P scans it at its next safepoint, and in any case
 *                  before the goroutine stops running: leaving RUNNING is a CAS that fails while
 *                  G_SCAN_WANTED is set
 *
 * Proof that no stack is missed.
 *
 * 1. A goroutine that is alive in the setup stop has a job. Globals are declared before the first
 *    goroutine runs, so their jobs do not change.
 * 2. The P that takes the job decides by the status which P scans the stack. Every change of a
 *    status is a CAS. So the status cannot change between the decision and the bit that holds the
 *    decision.
 * 3. The bit stays set until the stack is scanned. G_SCAN keeps the goroutine from starting to run,
 *    and G_SCAN_WANTED keeps it from ceasing to run.
 * 4. A goroutine that is born in the mark needs no scan. Its record says so before it can run
 *    (scheduler/goroutines.ts). Its stack holds what its creator shaded (gc/mark/barrier.ts), and
 *    later what any black stack may load.
 * 5. The termination stop does not end the mark while a job is left or a stack is wanted
 *    (gc/cycle.ts).
 */

import { add, and, compareAndSwap, load, notify, now, or, sub } from '#sync'
import type { ShadowStack } from '../../heap/shadow-stack.ts'
import { InternalError } from '../../memory/internal-error.ts'
import type { GoroutineId, MetaWord } from '../../memory/kinds.ts'
import { ROOT_BLOCK_WORDS } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import type { World } from '../world.ts'
import type { Marker } from './marker.ts'
import { RemoteScan } from './remote-scan.ts'

/** Which P scans the stack of a goroutine that runs: its own, or the one that takes the job. */
export type StackScans = 'owner' | 'any'

/** @nosafepoint */
export class Roots {
  private readonly memory: Memory
  private readonly index: number
  private readonly world: World
  private readonly marker: Marker
  private readonly stack: ShadowStack

  private readonly remote: RemoteScan | null

  constructor(here: Here, marker: Marker, stack: ShadowStack, scans: StackScans) {
    this.memory = here.memory
    this.index = here.index
    this.world = here.world
    this.marker = marker
    this.stack = stack
    this.remote = scans === 'any' ? new RemoteScan(here.memory, marker) : null
  }

  /** What the barrier must shade, for the scans of this kind: a `SHADES_*`. */
  get shades(): number {
    return this.remote === null ? control.SHADES_STORES : control.SHADES_PUSHES
  }

  /**
   * Counts the jobs. In the setup stop, so that all which lives then has a job. A goroutine that is
   * born later needs none: its stack is black. If it reuses a record whose job is not taken yet,
   * that job finds it black.
   */
  prepare(): void {
    const { meta } = this.memory
    meta[control.ROOT_NEXT] = 0
    meta[control.ROOT_JOBS] = this.globalJobs() + meta[control.GOROUTINE_NEXT]
  }

  /** True if jobs are left. A hint, unless the world is stopped. */
  get areLeft(): boolean {
    const { meta } = this.memory
    return load(meta, control.ROOT_NEXT) < meta[control.ROOT_JOBS]
  }

  /**
   * Takes and does a job. Returns its scan work, or −1 if no job is left. In a stopped world the
   * actor may scan every stack.
   */
  scanNext(world: 'running' | 'stopped'): number {
    const { meta } = this.memory
    if (!this.areLeft) return -1
    // The ticket may be past the last job: several Ps may have seen the last one.
    const job = add(meta, control.ROOT_NEXT, 1)
    if (job >= meta[control.ROOT_JOBS]) return -1
    this.memory.faults.pass('mark/root')
    const globals = this.globalJobs()
    return job < globals
      ? this.scanGlobals(job)
      : this.scanGoroutine((job - globals + 1) as GoroutineId, world)
  }

  /**
   * Scans the stack of the goroutine that runs on this P, if a marker wants it. True if one did.
   * What the scan found is published before the scan counts as served: no drain of this P may
   * follow, and a P that sees no wanted stack must see that work.
   */
  serveWanted(): boolean {
    const { meta } = this.memory
    const goroutine = meta[this.memory.pWord(this.index, pWords.GOROUTINE)] as GoroutineId
    if (goroutine === 0) return false
    const statusWord = this.memory.goroutineWord(goroutine, gWords.STATUS)
    if ((load(meta, statusWord) & gWords.G_SCAN_WANTED) === 0) return false
    this.memory.faults.pass('mark/scan-served')
    this.scanOwn(goroutine)
    and(meta, statusWord, ~gWords.G_SCAN_WANTED)
    this.marker.queue.publish()
    this.world.wakeForWork()
    sub(meta, control.SCANS_WANTED, 1)
    return true
  }

  /**
   * Scans every wanted stack, in a stopped world: their Ps are stopped, so the stacks are complete.
   */
  scanWanted(): void {
    const { meta, layout } = this.memory
    for (let index = 0; index < layout.procs; index++) {
      const goroutine = meta[this.memory.pWord(index, pWords.GOROUTINE)] as GoroutineId
      const statusWord = this.memory.goroutineWord(goroutine, gWords.STATUS)
      if (goroutine === 0 || (meta[statusWord] & gWords.G_SCAN_WANTED) === 0) continue
      this.scanStack(goroutine)
      and(meta, statusWord, ~gWords.G_SCAN_WANTED)
      sub(meta, control.SCANS_WANTED, 1)
    }
  }

  private globalJobs(): number {
    return Math.ceil(this.memory.meta[control.GLOBAL_SLOTS] / ROOT_BLOCK_WORDS)
  }

  private scanGlobals(job: number): number {
    const { meta, layout } = this.memory
    const begin = job * ROOT_BLOCK_WORDS
    const end = Math.min(begin + ROOT_BLOCK_WORDS, meta[control.GLOBAL_SLOTS])
    this.shadeRange(layout.globals + begin, layout.globals + end)
    const work = (end - begin) * 4
    add(meta, control.SCAN_WORK_GLOBALS, work)
    return work
  }

  private scanGoroutine(goroutine: GoroutineId, world: 'running' | 'stopped'): number {
    if (this.remote !== null) return this.remote.scan(goroutine)
    const { meta } = this.memory
    const record = this.memory.goroutineWord(goroutine, 0)
    for (;;) {
      const status = load(meta, record + gWords.STATUS)
      // A record without a goroutine, or one whose stack is black: it was scanned, or was born in
      // this mark.
      if (status === gWords.G_FREE || status === gWords.G_DEAD) return 0
      if (meta[record + gWords.SCANNED_CYCLE] === meta[control.CYCLES]) return 0
      if (status === gWords.G_RUNNING) {
        if (meta[this.memory.pWord(this.index, pWords.GOROUTINE)] === goroutine)
          return this.scanOwn(goroutine)
        if (world === 'stopped') return this.scanStack(goroutine)
        // False if the goroutine has stopped running by now: then this P looks at its status again.
        if (this.leaveToItsP(record)) return 0
      } else if (compareAndSwap(meta, record + gWords.STATUS, status, status | gWords.G_SCAN)) {
        const work = this.scanStack(goroutine)
        if ((and(meta, record + gWords.STATUS, ~gWords.G_SCAN) & gWords.G_SCAN) === 0)
          throw new InternalError(`goroutine ${goroutine} ran while its stack was scanned`)
        notify(meta, record + gWords.STATUS)
        return work
      }
    }
  }

  /**
   * Asks the P that runs the goroutine to scan its stack. Only that P's thread has the stack's top,
   * so no other P could. False if the goroutine runs no more.
   */
  private leaveToItsP(record: MetaWord): boolean {
    const { meta } = this.memory
    // Counted before the scan can be served, so that SCANS_WANTED never falls below 0. And counted
    // by a P that drains: so a P that sees no drainer sees every want.
    add(meta, control.SCANS_WANTED, 1)
    this.memory.faults.pass('mark/scan-wanted')
    if (
      !compareAndSwap(
        meta,
        record + gWords.STATUS,
        gWords.G_RUNNING,
        gWords.G_RUNNING | gWords.G_SCAN_WANTED,
      )
    ) {
      sub(meta, control.SCANS_WANTED, 1)
      return false
    }
    // The owner is read after the CAS, since before it the record may come to be another
    // goroutine's. The scan may be served by now, and the record may be free or another
    // goroutine's. Then the wrong P is asked, and finds nothing to do.
    const owner = meta[record + gWords.P]
    if (owner < 0) return true
    this.memory.metaF64[this.memory.pDouble(owner, pWords.SCAN_REQUESTED_AT)] = now()
    or(meta, this.memory.pWord(owner, pWords.POLL), pWords.POLL_SCAN)
    this.world.wake(owner)
    return true
  }

  /**
   * Scans the stack of this P's own goroutine. Its height is in this thread, so it is saved first.
   */
  private scanOwn(goroutine: GoroutineId): number {
    this.stack.save()
    return this.scanStack(goroutine)
  }

  /**
   * Scans a stack that is complete in memory, in one step, and makes it black. Two Ps may come here
   * for one goroutine only one after the other, and the later finds it black.
   */
  private scanStack(goroutine: GoroutineId): number {
    const { meta } = this.memory
    const record = this.memory.goroutineWord(goroutine, 0)
    this.memory.faults.pass('mark/stack')
    if (meta[record + gWords.SCANNED_CYCLE] === meta[control.CYCLES]) return 0
    const base = meta[record + gWords.STACK]
    const used = meta[record + gWords.STACK_USED]
    this.shadeRange(base, base + used)
    meta[record + gWords.SCANNED_CYCLE] = meta[control.CYCLES]
    add(meta, control.SCAN_WORK_STACK, used * 4)
    return used * 4
  }

  private shadeRange(begin: number, end: number): void {
    const { meta } = this.memory
    for (let index = begin; index < end; index++) {
      const object = meta[index]
      if (object !== 0) this.marker.shade(object)
    }
  }
}
