// A cycle begins in the code that converts a value which is to be stored. That code also moves the
// reference that the store will overwrite: its only other copy is kept behind the marker.
import {
  array,
  enter,
  gc,
  global,
  i32,
  isMarking,
  keep,
  leave,
  nil,
  poll,
  ref,
  self,
  struct,
} from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
const Nodes = array(ref(Node))
const root = global(ref(Node))
const CHAIN = 2000
const ROUNDS = 12

/** Converts to nil, once a cycle marks and `act` was called during the mark. */
const whileMarking = (act: () => void): never => {
  const value = {
    valueOf() {
      for (let made = 0; !isMarking() && made < 1_000_000; made++) Node.new(nil, made)
      poll()
      act()
      return 0
    },
  }
  return value as never
}

/** How many of the references that were overwritten in this way are wrong now. */
function lost(stored: (value: number, hide: (take: () => number) => never) => void): number {
  let count = 0
  for (let round = 0; round < ROUNDS; round++) {
    const scope = enter()
    let kept = 0
    stored(round, take => whileMarking(() => (kept = keep(take() as never))))
    gc()
    for (let made = 0; made < 1000; made++) Node.new(nil, -1)
    if (Node.value.get(kept as never) !== round) count++
    leave(scope)
  }
  return count
}

export default function* main() {
  // A mark takes a while before it comes to the reference that is overwritten.
  let chain = keep(Node.new(nil, 0))
  for (let length = 0; length < CHAIN; length++) {
    const scope = enter()
    chain = leave(scope, Node.new(chain, 0))
    root.set(chain)
  }
  const inField = lost((value, hide) => {
    const holder = keep(Node.new(Node.new(nil, value), 0))
    Node.next.set(
      holder,
      hide(() => Node.next.get(holder)),
    )
  })
  console.log(`field: ${inField} lost`)
  const inArray = lost((value, hide) => {
    const holder = keep(Nodes.new(1))
    Nodes.set(holder, 0, Node.new(nil, value))
    Nodes.set(
      holder,
      0,
      hide(() => Nodes.get(holder, 0)),
    )
  })
  console.log(`array: ${inArray} lost`)
  const inGlobal = lost((value, hide) => {
    root.set(Node.new(nil, value))
    root.set(hide(() => root.get()))
  })
  console.log(`global: ${inGlobal} lost`)
}
