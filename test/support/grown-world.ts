// A world that holds some of everything that the verifier looks at: spans of several classes in
// every kind of place, a large object, free runs, goroutines that run, wait and have ended, a wait
// queue, free stacks, work buffers. The world is sound, and the collector's own steps keep it so.
import { STOP_FORCED_CYCLE, STOP_STATISTICS } from '../../gc/world.ts'
import type { Addr, GoroutineId } from '../../memory/kinds.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { type HandP, type HandType, HandWorld } from './hand-world.ts'

export type GrownPhase = 'off' | 'sweeping' | 'marking' | 'terminating'

export interface GrownWorld {
  readonly world: HandWorld
  readonly p: HandP
  readonly other: HandP
  readonly Node: HandType
  /** Objects that a global array keeps, of type Node. */
  readonly kept: readonly Addr[]
  readonly large: Addr
  readonly parked: GoroutineId
}

/** With `check`, freed slots are poisoned and go into quarantine. */
export function growWorld(phase: GrownPhase, check = true): GrownWorld {
  const world = new HandWorld({ procs: 2, globals: 4, check })
  const [p, other] = world.ps
  const Node = world.type(2)
  const Leaf = world.type(0)
  // A gap between spans: three large objects, of which the middle one dies.
  const large = p.makeArray(PAGE_BYTES * 2)
  p.setGlobal(1, large)
  p.makeArray(PAGE_BYTES * 2)
  p.setGlobal(2, p.makeArray(PAGE_BYTES * 2))
  const array = p.makeArray(1000)
  p.setGlobal(0, array)
  const kept: Addr[] = []
  for (let index = 0; index < 1000; index++) {
    const node = p.make(Node, [p.make(Leaf, [], index), kept[index - 1] ?? 0])
    kept.push(node)
    p.store(p.element(array, index), node)
    p.make(Node)
  }
  const ended = p.spawn()
  p.goroutines.tryStopRunning(ended, gWords.G_DEAD)
  p.leaveGoroutine()
  p.goroutines.release(ended)
  const parked = other.spawn()
  other.keep(kept[0])
  other.parkHere()
  const running = p.spawn()
  p.keep(kept[1])
  if (running === parked) throw new Error('two goroutines of one number')
  world.collect(p)
  if (phase === 'sweeping') {
    world.startMark(p)
    world.finishMark(p)
    p.collector.sweeper.sweepOne()
    p.allocateSlot(Node.bytes, false)
  } else if (phase === 'marking') {
    world.stop(p, STOP_FORCED_CYCLE)
    p.scanRoot()
    p.collector.marker.scanSome(2000)
    p.setGlobal(3, kept[2])
  }
  if (phase === 'terminating') {
    // The part of the termination stop that comes before the reset.
    world.startMark(p)
    p.collector.drain.drainForCredit(() => false)
    for (const each of world.ps) each.safepoint()
    p.collector.drain.drainForCredit(() => false)
    for (const each of world.ps) each.collector.publish()
    world.meta[control.BLACKEN_ENABLED] = 0
    world.meta[control.PHASE] = control.PHASE_MARK_TERMINATION
  }
  // Everything is published, and the verifier has found the world sound once.
  world.stop(p, STOP_STATISTICS)
  return { world, p, other, Node, kept, large, parked }
}
