/** What every part of the collector is given of the P that it works on. */
import type { Memory } from '../memory/memory.ts'
import type { Listener } from './listener.ts'
import type { World } from './world.ts'

export interface Here {
  readonly memory: Memory
  /** The P's index. */
  readonly index: number
  /** The floor above. */
  readonly world: World
  readonly listener: Listener
}
