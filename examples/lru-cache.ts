// LRU caches: a large live heap that stays as large, while each miss replaces the oldest entry by a
// new one. There are four tasks, with a cache each.
//   -- [--live SIZE] [--rounds N]
import { parseArgs } from 'node:util'
import { array, bytes, chan, go, i32, keep, nil, type Ref, ref, self, struct, task } from 'sawtooth'
import { bytesOf } from './shared/size.ts'
import { xorshift } from './shared/xorshift.ts'

/**
 * `newer` and `older` make a ring of all entries. An anchor stands between the newest and the
 * oldest.
 */
const Entry = struct('Entry', {
  chain: self,
  newer: self,
  older: self,
  value: ref(bytes),
  key: i32,
})
const Chains = array(ref(Entry))
const Result = struct('Result', { hits: i32, misses: i32, checksum: i32 })
const Results = chan(ref(Result))
const VALUE_BYTES = 88
const ENTRY_BYTES = 32 + 96 + 4 // With its value, and a chain's place in the array.

function find(chain: Ref<typeof Entry>, key: number): Ref<typeof Entry> {
  return chain === nil || Entry.key.get(chain) === key ? chain : find(Entry.chain.get(chain), key)
}

function without(entry: Ref<typeof Entry>, chain: Ref<typeof Entry>): Ref<typeof Entry> {
  if (chain === entry) return Entry.chain.get(entry)
  Entry.chain.set(chain, without(entry, Entry.chain.get(chain)))
  return chain
}

function join(older: Ref<typeof Entry>, newer: Ref<typeof Entry>): void {
  Entry.newer.set(older, newer)
  Entry.older.set(newer, older)
}

const SHARDS = 4

const cache = task(
  'cache',
  [i32, i32, i32, ref(Results)],
  function* (capacity, rounds, seed, results) {
    const chains = keep(Chains.new(capacity))
    const anchor = keep(Entry.new(nil, nil, nil, nil, -1))
    join(anchor, anchor)
    const random = xorshift(seed)
    let [hits, misses, checksum] = [0, 0, 0]
    while (hits + misses < capacity * rounds) {
      if ((hits + misses) % 1000 === 0) yield
      // Small keys are more likely.
      const key = Math.floor((random() / 2 ** 32) * (random() / 2 ** 32) * capacity * 8)
      let entry = find(Chains.get(chains, key % capacity), key)
      if (entry !== nil) {
        hits++
        join(Entry.older.get(entry), Entry.newer.get(entry))
      } else {
        if (misses++ >= capacity) {
          const oldest = Entry.newer.get(anchor)
          const index = Entry.key.get(oldest) % capacity
          Chains.set(chains, index, without(oldest, Chains.get(chains, index)))
          join(anchor, Entry.newer.get(oldest))
        }
        const value = bytes.new(VALUE_BYTES)
        bytes.set(value, key % VALUE_BYTES, key)
        entry = Entry.new(Chains.get(chains, key % capacity), nil, nil, value, key)
        Chains.set(chains, key % capacity, entry)
      }
      join(Entry.older.get(anchor), entry)
      join(entry, anchor)
      checksum = Math.imul(checksum, 31) + bytes.get(Entry.value.get(entry), key % VALUE_BYTES)
    }
    yield* Results.send(results, Result.new(hits, misses, checksum))
  },
)

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { small: { type: 'boolean' }, live: text, rounds: text },
  })
  const live = bytesOf(values.live ?? (values.small ? '32KiB' : '64MiB'))
  const capacity = Math.floor(live / SHARDS / ENTRY_BYTES)
  const results = keep(Results.new(SHARDS))
  for (let seed = 1; seed <= SHARDS; seed++)
    go(cache, capacity, Number(values.rounds ?? 5), seed, results)
  let [hits, misses, checksum] = [0, 0, 0]
  for (let shard = 0; shard < SHARDS; shard++) {
    const result = yield* Results.recv(results)
    hits += Result.hits.get(result)
    misses += Result.misses.get(result)
    checksum += Result.checksum.get(result)
  }
  console.log(`${hits} hits, ${misses} misses, checksum ${checksum | 0}`)
}
