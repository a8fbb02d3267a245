// The first collection, and all that it needs, is met with room for so many frames of a descent left: V8 has compiled nothing of it yet.
//   -- FRAMES
import { array, gc, i32 } from 'sawtooth'

const Bytes = array(i32)

function allocate(times: number): void {
  for (let i = 0; i < times; i++) Bytes.new(1500)
}

/** Descends to the end of the stack, and allocates once so many frames have returned. */
function dive(left: number): number {
  let returned = 0
  try {
    returned = dive(left) + 1
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  if (returned === left) {
    try {
      allocate(1500)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return returned
}

export default function* main(frames: string) {
  allocate(300)
  dive(Number(frames))
  // It goes on as if nothing had been.
  allocate(3000)
  gc()
  console.log('sound')
}
