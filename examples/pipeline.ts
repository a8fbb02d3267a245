// Objects handed from stage to stage through channels of references. Each stage hangs what it got onto an object of its
// own, so in the end an item holds a trail of objects that many Ps have made.
//   -- [--stages N] [--items N]
import { parseArgs } from 'node:util'
import { chan, go, i32, keep, nil, type Ref, ref, self, struct, task } from 'sawtooth'

const Item = struct('Item', { from: self, value: i32 })
const Items = chan(ref(Item))

const source = task('source', [i32, ref(Items)], function* (count, output) {
  for (let i = 1; i <= count; i++) yield* Items.send(output, Item.new(nil, i))
  Items.close(output)
})

const stage = task('stage', [i32, ref(Items), ref(Items)], function* (number, input, output) {
  for (let item = yield* Items.next(input); item !== undefined; item = yield* Items.next(input)) {
    yield* Items.send(output, Item.new(item, Math.imul(Item.value.get(item), 31) + number))
  }
  Items.close(output)
})

/** Depends on each value of an item's trail, and on their order. */
function checksum(item: Ref<typeof Item>): number {
  let sum = 0
  for (let at = item; at !== nil; at = Item.from.get(at))
    sum = Math.imul(sum ^ Item.value.get(at), 0x01000193)
  return sum
}

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const options = { small: { type: 'boolean' }, stages: text, items: text } as const
  const {
    small,
    stages = small ? 4 : 16,
    items = small ? 100 : 20_000,
  } = parseArgs({ args, options }).values

  let last = keep(Items.new(16))
  go(source, Number(items), last)
  for (let number = 1; number <= Number(stages); number++) {
    const output = keep(Items.new(16))
    go(stage, number, last, output)
    last = output
  }

  let arrived = 0
  let sum = 0
  for (let item = yield* Items.next(last); item !== undefined; item = yield* Items.next(last)) {
    arrived++
    sum = (sum + checksum(item)) | 0
  }
  console.log(`${arrived} items through ${stages} stages, checksum ${sum}`)
}
