/** What every part of the collector is told of the P that it works for. */
import type { Memory } from '../memory/memory.ts'
import type { Listener } from './listener.ts'
import type { World } from './world.ts'

export interface Here {
  readonly memory: Memory
  /** The P's index. */
  readonly index: number
  /** The scheduler, as the collector sees it. */
  readonly world: World
  readonly listener: Listener
}
