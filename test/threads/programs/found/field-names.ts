// Fields may have any name, also those that the runtime uses inside.
import { gc, i32, keep, ref, struct } from 'sawtooth'

const Leaf = struct('Leaf', { value: i32 })
const Box = struct('Box', {
  header: ref(Leaf),
  plan: i32,
  run: ref(Leaf),
  slotBytes: i32,
  cacheEntry: i32,
  make: i32,
})

export default function* main() {
  const box = keep(Box.new(Leaf.new(42), 7, Leaf.new(43), 1, 2, 3))
  gc()
  for (let i = 0; i < 100; i++) Leaf.new(i)
  const [header, run] = [Box.header.get(box), Box.run.get(box)]
  console.log(Leaf.value.get(header), Box.plan.get(box), Leaf.value.get(run), Box.make.get(box))
}
