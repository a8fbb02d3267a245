// Keeps that many KiB alive, and allocates that many MiB beside them that die at once.
//   -- [KEPT] [GARBAGE]
import { array, i32, keep, ref, struct } from 'sawtooth'

const Page = array(i32)
const Held = array(ref(Page))
const Cell = struct('Cell', { value: i32, other: i32 })

export default function* main(liveKib = '2048', garbageMib = '64') {
  const pages = Number(liveKib) / 4
  const held = keep(Held.new(pages))
  // 4 KiB with the header word.
  for (let at = 0; at < pages; at++) Held.set(held, at, Page.new(1022))
  for (let cells = Number(garbageMib) * 65_536; cells > 0; cells--) {
    Cell.new(cells, cells)
    if (cells % 4096 === 0) yield
  }
}
