/** A thread of the league's pool. */
import { type Play, play } from './play.ts'
import type { Played } from './results.ts'

export default function work(task: Play): Played {
  return play(task)
}
