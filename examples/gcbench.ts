// GCBench by Ellis, Kovac and Boehm: trees built from the top and from the bottom, beside a tree
// and an array that stay. The lines that tell times go to stderr.
import { array, enter, f64, i32, keep, leave, nil, type Ref, self, struct } from 'sawtooth'

const Node = struct('Node', { left: self, right: self, i: i32, j: i32 })
const Doubles = array(f64)

const treeSize = (depth: number) => 2 ** (depth + 1) - 1

function makeTree(depth: number): Ref<typeof Node> {
  if (depth === 0) return Node.new(nil, nil, 0, 0)
  const s = enter()
  const left = keep(makeTree(depth - 1))
  return leave(s, Node.new(left, makeTree(depth - 1), 0, 0))
}

function populate(depth: number, node: Ref<typeof Node>): Ref<typeof Node> {
  if (depth === 0) return node
  const s = enter()
  keep(node)
  Node.left.set(node, Node.new(nil, nil, 0, 0))
  Node.right.set(node, Node.new(nil, nil, 0, 0))
  populate(depth - 1, Node.left.get(node))
  populate(depth - 1, Node.right.get(node))
  return leave(s, node)
}

const topDown = (depth: number) => populate(depth, Node.new(nil, nil, 0, 0))

function timeConstruction(
  how: string,
  trees: number,
  depth: number,
  construct: (depth: number) => void,
): void {
  const start = performance.now()
  for (let i = 0; i < trees; i++) construct(depth)
  console.error(`\t${how} construction took ${Math.round(performance.now() - start)}msecs`)
}

export default function* main(...args: string[]) {
  const small = args.includes('--small')
  const [stretchDepth, longLivedDepth, arraySize] = small ? [6, 5, 5_000] : [18, 16, 500_000]
  const [minDepth, maxDepth] = small ? [2, 4] : [4, 16]
  const start = performance.now()

  console.log('Garbage Collector Test')
  console.log(` Stretching memory with a binary tree of depth ${stretchDepth}`)
  makeTree(stretchDepth)
  console.log(` Creating a long-lived binary tree of depth ${longLivedDepth}`)
  const longLived = keep(topDown(longLivedDepth))
  console.log(` Creating a long-lived array of ${arraySize} doubles`)
  const doubles = keep(Doubles.new(arraySize))
  for (let i = 0; i < arraySize / 2; i++) Doubles.set(doubles, i, 1 / i)

  for (let depth = minDepth; depth <= maxDepth; depth += 2) {
    const trees = Math.floor((2 * treeSize(stretchDepth)) / treeSize(depth))
    console.log(`Creating ${trees} trees of depth ${depth}`)
    timeConstruction('Top down', trees, depth, topDown)
    timeConstruction('Bottom up', trees, depth, makeTree)
  }
  if (longLived === nil || Doubles.get(doubles, 1000) !== 1 / 1000) console.log('Failed')
  console.error(`Completed in ${Math.round(performance.now() - start)}ms.`)
}
