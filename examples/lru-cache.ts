// An LRU cache: a large live heap that stays as large, while each miss replaces the oldest entry by a new one.
//   -- [--live SIZE]
import { parseArgs } from 'node:util'
import { array, bytes, i32, keep, nil, type Ref, ref, self, struct } from 'sawtooth'
import { bytesOf } from './shared/size.ts'
import { xorshift } from './shared/xorshift.ts'

const Entry = struct('Entry', { chain: self, newer: self, older: self, value: ref(bytes), key: i32 })
const Table = array(ref(Entry))
type Entry = Ref<typeof Entry>
type Table = Ref<typeof Table>

const VALUE_BYTES = 88
const ENTRY_BYTES = 32 + 96 + 4 // with its value, and its place in the table

function find(table: Table, key: number): Entry {
  let entry = Table.get(table, key % Table.length(table))
  while (entry !== nil && Entry.key.get(entry) !== key) entry = Entry.chain.get(entry)
  return entry
}

function insert(table: Table, key: number): Entry {
  const value = bytes.new(VALUE_BYTES)
  bytes.set(value, key % VALUE_BYTES, key)
  const entry = Entry.new(Table.get(table, key % Table.length(table)), nil, nil, value, key)
  Table.set(table, key % Table.length(table), entry)
  return entry
}

function remove(table: Table, entry: Entry): void {
  const bucket = Entry.key.get(entry) % Table.length(table)
  let before = Table.get(table, bucket)
  if (before === entry) return Table.set(table, bucket, Entry.chain.get(entry))
  while (Entry.chain.get(before) !== entry) before = Entry.chain.get(before)
  Entry.chain.set(before, Entry.chain.get(entry))
}

/** Makes neighbours of two entries in the ring, from the oldest to the newest and, by way of an anchor, back. */
function join(older: Entry, newer: Entry): void {
  Entry.newer.set(older, newer)
  Entry.older.set(newer, older)
}

function unlink(entry: Entry): Entry {
  join(Entry.older.get(entry), Entry.newer.get(entry))
  return entry
}

export default function* main(...args: string[]) {
  const { values } = parseArgs({ args, options: { small: { type: 'boolean' }, live: { type: 'string' } } })
  const capacity = Math.floor(bytesOf(values.live ?? (values.small ? '32KiB' : '64MiB')) / ENTRY_BYTES)
  const table = keep(Table.new(capacity))
  const anchor = keep(Entry.new(nil, nil, nil, nil, -1))
  join(anchor, anchor)

  const random = xorshift(1)
  let [hits, misses, checksum] = [0, 0, 0]
  while (hits + misses < capacity * 5) {
    const key = Math.floor((random() / 2 ** 32) * (random() / 2 ** 32) * capacity * 2) // small keys are more likely
    let entry = find(table, key)
    if (entry === nil) {
      if (misses++ >= capacity) remove(table, unlink(Entry.newer.get(anchor)))
      entry = insert(table, key)
    } else {
      hits++
      unlink(entry)
    }
    join(Entry.older.get(anchor), entry)
    join(entry, anchor)
    checksum = Math.imul(checksum, 31) + bytes.get(Entry.value.get(entry), key % VALUE_BYTES)
  }
  console.log(`${hits} hits, ${misses} misses, checksum ${checksum | 0}`)
}
