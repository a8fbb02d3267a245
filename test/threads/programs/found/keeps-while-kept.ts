// Values that keep references of their own while they are converted to a reference: so many that
// the shadow stack moves.
import { gc, getLocal, i32, keep, local, nil, self, setLocal, struct } from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })

/** Converts to a reference, after it has kept `count` others. */
const keeping = (reference: number, count: number, kept: number[]): never => {
  const value = {
    valueOf() {
      for (let index = 0; index < count; index++) kept.push(keep(Node.new(nil, index)))
      return reference
    },
  }
  return value as never
}

export default function* main() {
  let isRight = true
  for (const count of [1, 10, 1000, 5000]) {
    const before = keep(Node.new(nil, -1))
    const kept: number[] = []
    const slots = [local(nil), local(keeping(keep(Node.new(before, -2)), count, kept))]
    keep(keeping(keep(Node.new(before, -3)), count, kept))
    setLocal(slots[0] as never, keeping(keep(Node.new(before, -4)), count, kept))
    gc()
    for (let made = 0; made < 10_000; made++) Node.new(nil, 7)
    isRight &&= kept.every((node, index) => Node.value.get(node as never) === index % count)
    isRight &&=
      Node.value.get(getLocal(slots[1] as never)) === -2 &&
      Node.value.get(getLocal(slots[0] as never)) === -4
  }
  console.log(isRight ? 'ok' : 'wrong')
}
