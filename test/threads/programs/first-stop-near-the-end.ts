// The first collection happens with room for only FRAMES frames of a descent left on the native
// stack. V8 has compiled nothing of the collector yet.
//   -- FRAMES
import { array, gc, i32 } from 'sawtooth'

const Bytes = array(i32)

function allocate(times: number): void {
  for (let i = 0; i < times; i++) Bytes.new(1500)
}

/** Descends to the end of the stack, and allocates once that many frames have returned. */
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
