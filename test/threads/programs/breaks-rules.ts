// Breaks the rule for references in one of the ways that people do.
import {
  chan,
  enter,
  gc,
  go,
  i32,
  keep,
  leave,
  local,
  nil,
  type Ref,
  ref,
  self,
  setLocal,
  struct,
  task,
} from 'sawtooth'

const Tree = struct('Tree', { left: self, right: self, depth: i32 })
type Tree = Ref<typeof Tree>
const Point = struct('Point', { x: i32, y: i32 })
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

function noReference(): void {
  Tree.right.set(12_345 as unknown as Tree, nil) // no reference
}

function leftScope(): void {
  const outer = enter()
  keep(Tree.new(nil, nil, 1))
  const inner = enter()
  keep(Tree.new(nil, nil, 2))
  leave(outer)
  leave(inner) // left scope
}

function leftLocal(): void {
  const scope = enter()
  const slot = local(Tree.new(nil, nil, 1))
  leave(scope)
  setLocal(slot, nil) // left local
}

/** Catches what it can, and tries not to end. */
function caught(): void {
  for (;;) {
    try {
      unkept(4)
    } catch {}
  }
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
  noReference,
  leftScope,
  leftLocal,
  caught,
  ofNil,
}
const names = Object.keys(ways)

const breaker = task('breaker', [i32, ref(Done)], function* (way, done) {
  ways[names[way]]()
  yield* Done.send(done, 1)
})

export default function* main(way = 'kept') {
  const done = keep(Done.new())
  go(breaker, names.indexOf(way), done)
  yield* Done.recv(done)
  console.log('over')
}
