// The Benchmarks Game's binary-trees: short-lived trees of every size, beside one that stays. Each
// depth has a task.
//   -- [DEPTH]
import { parseArgs } from 'node:util'
import {
  enter,
  global,
  go,
  i32,
  keep,
  leave,
  nil,
  type Ref,
  ref,
  self,
  struct,
  task,
  waitGroup,
} from 'sawtooth'

const Tree = struct('Tree', { left: self, right: self })

/** The nodes counted by each depth's task. */
const counted = global(i32, 64)

function bottomUp(depth: number): Ref<typeof Tree> {
  if (depth === 0) return Tree.new(nil, nil)
  const s = enter()
  const left = keep(bottomUp(depth - 1))
  return leave(s, Tree.new(left, bottomUp(depth - 1)))
}

function count(tree: Ref<typeof Tree>): number {
  const left = Tree.left.get(tree)
  return left === nil ? 1 : 1 + count(left) + count(Tree.right.get(tree))
}

const counter = task('counter', [i32, i32, ref(waitGroup)], function* (depth, trees, counters) {
  let nodes = 0
  for (let i = 0; i < trees; i++) {
    nodes += count(bottomUp(depth))
    yield
  }
  counted.set(depth, nodes)
  waitGroup.done(counters)
})

export default function* main(...args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { small: { type: 'boolean' } },
  })
  const minDepth = values.small ? 2 : 4
  const maxDepth = Math.max(minDepth + 2, Number(positionals[0] ?? (values.small ? 6 : 16)))
  const treesOf = (depth: number) => 2 ** (maxDepth - depth + minDepth)

  console.log(`stretch tree of depth ${maxDepth + 1}\t check: ${count(bottomUp(maxDepth + 1))}`)
  const longLived = keep(bottomUp(maxDepth))

  const counters = keep(waitGroup.new(0))
  for (let depth = minDepth; depth <= maxDepth; depth += 2) {
    waitGroup.add(counters, 1)
    go(counter, depth, treesOf(depth), counters)
  }
  yield* waitGroup.wait(counters)

  for (let depth = minDepth; depth <= maxDepth; depth += 2) {
    console.log(`${treesOf(depth)}\t trees of depth ${depth}\t check: ${counted.get(depth)}`)
  }
  console.log(`long lived tree of depth ${maxDepth}\t check: ${count(longLived)}`)
}
