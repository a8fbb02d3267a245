// Keeps all that it allocates until there is no room: small objects, medium ones, or one that is
// too large. With `catch` it drops them when there is no room, and begins anew.
import {
  array,
  enter,
  f64,
  getLocal,
  i32,
  leave,
  local,
  nil,
  ref,
  self,
  setLocal,
  struct,
} from 'sawtooth'

const Cell = struct('Cell', { next: self, a: f64, b: f64 })
const Numbers = array(i32)
const Held = array(ref(Numbers))

function fill(): void {
  const head = local<typeof Cell>(nil)
  for (;;) setLocal(head, Cell.new(getLocal(head), 1, 2))
}

export default function* main(what = 'small') {
  if (what === 'small') fill()
  if (what === 'large') Numbers.new(2 ** 24)
  if (what === 'medium') {
    const held = local(Held.new(1000))
    for (let i = 0; i < 1000; i++) Held.set(getLocal(held), i, Numbers.new(16_000))
  }
  let caught = 0
  for (let time = 0; time < 3; time++) {
    const scope = enter()
    try {
      fill()
    } catch (error) {
      if (error instanceof Error && error.name === 'OutOfMemoryError') caught++
    }
    leave(scope)
  }
  Numbers.new(1_000_000)
  console.log(`caught ${caught} times, and there is room again`)
}
