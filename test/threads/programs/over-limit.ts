// Keeps a list that grows to a given number of MiB: small objects (`list`), or arrays without
// references (`arrays`). Prints how long that took, in ms.
import { array, getLocal, i32, keep, local, nil, ref, self, setLocal, struct } from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Numbers = array(i32)
const Held = array(ref(Numbers))

function growList(mib: number): void {
  const head = local<typeof Cell>(nil)
  for (let cells = mib * 65536; cells > 0; cells--) setLocal(head, Cell.new(getLocal(head), cells))
}

function growArrays(mib: number): void {
  const held = keep(Held.new(mib * 64))
  for (let at = 0; at < mib * 64; at++) Held.set(held, at, Numbers.new(4094))
}

export default function* main(what = 'list', mib = '40') {
  const began = performance.now()
  if (what === 'list') growList(Number(mib))
  else growArrays(Number(mib))
  console.log(performance.now() - began)
}
