import { GreyQueue } from '../../../gc/mark/grey-queue.ts'
import { WorkBuffers } from '../../../gc/mark/work-buffers.ts'
import { WORK_FULL_COUNT, WORK_LOCK, WORK_POOL_NEXT } from '../../../memory/words/control.ts'
import type { Ground, PartsProtocol } from '../protocol.ts'

const OBJECTS = 6

/** Notes how often an object was taken: addresses are multiples of 16. */
function note({ notes }: Ground, object: number): void {
  if (object !== 0) notes[object / 16]++
}

export const workQueue: PartsProtocol = {
  name: 'work-queue',
  what: 'P 0 greys 6 objects, shares some, publishes the rest; P 1 and P 2 take what they find: each object goes to exactly one',
  configurations: [{ procs: 3, bound: 3, quick: 1 }],

  body(ground, p) {
    const { queue } = p.collector
    if (p.index === 0) {
      for (let object = 1; object <= OBJECTS; object++) queue.put(object * 16)
      queue.share()
      note(ground, queue.take())
      queue.publish()
    } else {
      for (let round = 0; round < 2; round++) note(ground, queue.take())
      queue.publish()
    }
  },

  verify(ground) {
    const { meta } = ground.memory
    const buffers = new WorkBuffers(ground.memory)
    const rest = new GreyQueue(ground.memory, buffers)
    for (let object = rest.take(); object !== 0; object = rest.take()) note(ground, object)
    rest.publish()
    for (let object = 1; object <= OBJECTS; object++)
      if (ground.notes[object] !== 1)
        return `object ${object} was taken ${ground.notes[object]} times`
    let empty = 0
    const all = meta[WORK_POOL_NEXT]
    while (
      empty <= all &&
      meta[WORK_POOL_NEXT] === all &&
      buffers.takeEmpty() !== 0 &&
      meta[WORK_POOL_NEXT] === all
    )
      empty++
    if (empty !== all) return `${all} buffers were handed out, and ${empty} came back`
    return meta[WORK_FULL_COUNT] === 0 && meta[WORK_LOCK] === 0
      ? null
      : 'the full list is empty, and says it is not'
  },
}
