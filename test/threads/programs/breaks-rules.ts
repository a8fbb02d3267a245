// Breaks the rule for references in one of the ways that people do.
import { chan, enter, gc, go, i32, keep, leave, nil, type Ref, ref, self, struct, task } from 'sawtooth'

const Tree = struct('Tree', { left: self, right: self, depth: i32 })
type Tree = Ref<typeof Tree>
const Point = struct('Point', { x: i32, y: i32 })
const Points = chan(ref(Point))
const Done = chan(i32)

function unkept(depth: number): Tree {
  if (depth === 0) return Tree.new(nil, nil, 0)
  return Tree.new(unkept(depth - 1), unkept(depth - 1), depth) // unkept
}

function kept(depth: number): Tree {
  if (depth === 0) return Tree.new(nil, nil, 0)
  const scope = enter()
  const left = keep(kept(depth - 1))
  return leave(scope, Tree.new(left, kept(depth - 1), depth))
}

function wrongType(): void {
  const point = Point.new(1, 2) as unknown as Tree
  console.log(Tree.depth.get(point)) // wrong type
}

function wrongStore(): void {
  const tree = keep(Tree.new(nil, nil, 1))
  Tree.left.set(tree, Point.new(1, 2) as unknown as Tree) // wrong store
}

function stale(): void {
  const tree = Tree.new(nil, nil, 7)
  gc()
  console.log(Tree.depth.get(tree)) // stale
}

function staleReused(): void {
  const tree = Tree.new(nil, nil, 7)
  for (let i = 0; i < 3; i++) gc()
  // Its slot may be another tree's by now, which nobody can tell from it; a freed slot rests for two cycles, no longer.
  keep(Tree.new(nil, nil, 8))
  Tree.left.set(tree, nil)
}

function noReference(): void {
  Tree.right.set(12_345 as unknown as Tree, nil) // no reference
}

function leftScope(): void {
  const scope = enter()
  const inner = enter()
  keep(Tree.new(nil, nil, 1))
  leave(scope)
  keep(Tree.new(nil, nil, 1))
  leave(inner)
  keep(nil)
  leave(scope)
  leave(inner)
}

function ofNil(): void {
  console.log(Tree.depth.get(nil as unknown as Tree)) // of nil
}

const ways: Readonly<Record<string, () => void>> = {
  unkept: () => void unkept(4),
  kept: () => void kept(4),
  wrongType,
  wrongStore,
  stale,
  staleReused,
  noReference,
  leftScope,
  ofNil,
}
const names = Object.keys(ways)

const breaker = task('breaker', [i32, ref(Done)], function* (way, done) {
  try {
    ways[names[way]]()
  } catch (error) {
    if (names[way] === 'ofNil') throw error
    console.log(`caught ${error}`)
  }
  yield* Done.send(done, 1)
})

export default function* main(way = 'kept') {
  const done = keep(Done.new())
  go(breaker, names.indexOf(way), done)
  yield* Done.recv(done)
  keep(Points.new())
  console.log('over')
}
