// Writes test/matrix/examples.json: the runs of every example, and what each must print. Formulas
// and plain JavaScript find what it must print, without Sawtooth.
//   node test/examples-model.js
import { writeFileSync } from 'node:fs'

const KIB = 1024
const MIB = 1024 * KIB

const sumTo = n => (n * (n + 1)) / 2
const nodesOf = depth => 2 ** (depth + 1) - 1
const depthsFrom = (least, most) =>
  Array.from({ length: (most - least) / 2 + 1 }, (_, i) => least + 2 * i)

const hello = (...names) => names.sort().map(name => `Hello, ${name}!`)

function binaryTrees(least, most) {
  return [
    `stretch tree of depth ${most + 1}\t check: ${nodesOf(most + 1)}`,
    ...depthsFrom(least, most).map(depth => {
      const trees = 2 ** (most - depth + least)
      return `${trees}\t trees of depth ${depth}\t check: ${trees * nodesOf(depth)}`
    }),
    `long lived tree of depth ${most}\t check: ${nodesOf(most)}`,
  ]
}

function gcbench(stretch, longLived, array, least, most) {
  return [
    'Garbage Collector Test',
    ` Stretching memory with a binary tree of depth ${stretch}`,
    ` Creating a long-lived binary tree of depth ${longLived}`,
    ` Creating a long-lived array of ${array} doubles`,
    ...depthsFrom(least, most).map(
      depth =>
        `Creating ${Math.floor((2 * nodesOf(stretch)) / nodesOf(depth))} trees of depth ${depth}`,
    ),
  ]
}

function allocStorm(tasks, liveBytes) {
  const nodes = liveBytes / 16
  let checksum = 0
  for (let value = 0; value < nodes; value++) checksum = Math.imul(checksum + value, 31)
  return [`tasks ${tasks}`, `live tree of ${nodes} objects, checksum ${checksum}`]
}

function xorshift32(x) {
  const first = x ^ (x << 13)
  const second = first ^ (first >>> 17)
  return second ^ (second << 5)
}

/** A Map is in the order of insertion: an LRU list, if what is found is inserted again. */
function lruCache(liveBytes) {
  const shards = [1, 2, 3, 4].map(seed => lruShard(Math.floor(liveBytes / 4 / 132), seed))
  const [hits, misses, checksum] = [0, 1, 2].map(at =>
    shards.reduce((sum, shard) => sum + shard[at], 0),
  )
  return [`${hits} hits, ${misses} misses, checksum ${checksum | 0}`]
}

function lruShard(capacity, seed) {
  const cache = new Map()
  const oldest = cache.keys() // follows the map as it changes
  let [hits, misses, checksum, random] = [0, 0, 0, seed]
  while (hits + misses < 5 * capacity) {
    random = xorshift32(random)
    const first = random >>> 0
    random = xorshift32(random)
    const second = random >>> 0
    const key = Math.floor((first / 2 ** 32) * (second / 2 ** 32) * capacity * 8)
    const value = cache.get(key)
    if (value !== undefined) {
      hits++
      cache.delete(key)
    } else {
      misses++
      if (cache.size === capacity) cache.delete(oldest.next().value)
    }
    cache.set(key, key & 255)
    checksum = (Math.imul(checksum, 31) + (key & 255)) | 0
  }
  return [hits, misses, checksum]
}

function pipeline(stages, items) {
  let sum = 0
  for (let item = 1; item <= items; item++) {
    const trail = [item]
    for (let stage = 1; stage <= stages; stage++)
      trail.unshift((Math.imul(trail[0], 31) + stage) | 0)
    sum = (sum + trail.reduce((hash, value) => Math.imul(hash ^ value, 0x01000193), 0)) | 0
  }
  return [`${items} items through ${stages} stages, checksum ${sum}`]
}

/** Numbers below 2³². */
function draws(count, seed) {
  const drawn = []
  for (let x = xorshift32(seed); drawn.length < count; x = xorshift32(x)) drawn.push(x >>> 0)
  return drawn
}

/** Documents as text, so that JavaScript's own search answers. */
function freq(requests) {
  const letters = draws(32 * 2048, 1)
    .map(drawn => String.fromCharCode(65 + ((drawn >>> 8) % 26)))
    .join('')
    .toLowerCase()
  const documents = Array.from({ length: 32 }, (_, index) =>
    letters.slice(2048 * index, 2048 * (index + 1)),
  )
  let [hits, checksum] = [0, 0]
  for (const drawn of draws(requests, 2)) {
    const topic = drawn % 26 ** 3
    const places = [1, 26, 676].map(weight => 97 + (Math.floor(topic / weight) % 26))
    const found = documents.filter(text => text.includes(String.fromCharCode(...places))).length
    hits += found
    checksum = (checksum + Math.imul(topic + 1, found)) | 0
  }
  return [`${requests} requests, ${hits} hits, checksum ${checksum}`]
}

function sieve(count) {
  const primes = []
  for (let n = 2; primes.length < count; n++)
    if (primes.every(prime => n % prime !== 0)) primes.push(n)
  return [primes.join(' ')]
}

function tightLoop(steps) {
  let x = 1
  for (let step = 0; step < steps; step++) x = xorshift32(x)
  return [`${steps} steps lead to ${x}`]
}

const deepAndWide = cells => [`list: sum ${sumTo(cells)}`, `star: sum ${sumTo(cells)}`]

function stacksAndGlobals(tasks, kept, globalStep) {
  const inGlobal = globalStep * sumTo(100_000 / globalStep - 1)
  return [
    `on the stacks of ${tasks} tasks: sum ${tasks * sumTo(kept)}`,
    `in the global: sum ${inGlobal}`,
  ]
}

/**
 * [example, size, arguments, lines]. Runs of size `many` have more goroutines than the small ones.
 */
const runs = [
  ['hello', 'default', [], hello('gophers', 'tasks', 'world')],
  ['hello', 'small', ['--small'], hello('gophers', 'tasks', 'world')],
  ['hello', 'many', ['ångström', 'ℝ', '😀', 'a'], hello('ångström', 'ℝ', '😀', 'a')],
  ['binary-trees', 'default', [], binaryTrees(4, 16)],
  ['binary-trees', 'small', ['--small'], binaryTrees(2, 6)],
  ['gcbench', 'default', [], gcbench(18, 16, 500_000, 4, 16)],
  ['gcbench', 'small', ['--small'], gcbench(6, 5, 5_000, 2, 4)],
  ['alloc-storm', 'default', [], allocStorm(64, 4 * MIB)],
  ['alloc-storm', 'small', ['--small'], allocStorm(16, 4 * KIB)],
  ['alloc-storm', 'many', ['--small', '--tasks', '64'], allocStorm(64, 4 * KIB)],
  ['lru-cache', 'default', [], lruCache(64 * MIB)],
  ['lru-cache', 'small', ['--small'], lruCache(32 * KIB)],
  ['pipeline', 'default', [], pipeline(16, 20_000)],
  ['pipeline', 'small', ['--small'], pipeline(4, 100)],
  ['pipeline', 'many', ['--small', '--stages', '64'], pipeline(64, 100)],
  ['freq', 'default', [], freq(2000)],
  ['freq', 'small', ['--small'], freq(20)],
  ['freq', 'copies', ['--small', '--copies'], freq(20)],
  ['freq', 'many', ['--small', '--workers', '64'], freq(20)],
  ['sieve', 'default', [], sieve(500)],
  ['sieve', 'small', ['--small'], sieve(20)],
  ['sieve', 'many', ['64'], sieve(64)],
  ['tight-loop', 'default', [], tightLoop(300_000_000)],
  ['tight-loop', 'small', ['--small'], tightLoop(100_000)],
  ['deep-and-wide', 'default', [], deepAndWide(1_000_000)],
  ['deep-and-wide', 'small', ['--small'], deepAndWide(500)],
  ['stacks-and-globals', 'default', [], stacksAndGlobals(500, 1000, 1)],
  ['stacks-and-globals', 'small', ['--small'], stacksAndGlobals(8, 100, 200)],
]

const table = runs.map(([example, size, args, lines]) => ({
  example,
  size,
  args,
  stdout: `${lines.join('\n')}\n`,
}))
writeFileSync(
  new URL('matrix/examples.json', import.meta.url),
  `${JSON.stringify(table, null, 2)}\n`,
)
