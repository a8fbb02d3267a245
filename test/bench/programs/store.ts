// Stores references to fields, `-- off` between cycles or `-- on` while one marks, on one P. Prints ns per store, a line per round. Whether the barrier
// is on, the program looks up in the runtime's own memory: BENCH_CONTROL and BENCH_CURRENT name its modules (test/bench/steps.js).
import { enter, keep, leave, nil, type Ref, self, struct } from 'sawtooth'

const { WRITE_BARRIER } = await import(process.env.BENCH_CONTROL as string)
const current = await import(process.env.BENCH_CURRENT as string)

const Node = struct('Node', { left: self, right: self })

function tree(depth: number): Ref<typeof Node> {
  if (depth === 0) return Node.new(nil, nil)
  const scope = enter()
  const left = keep(tree(depth - 1))
  return leave(scope, Node.new(left, tree(depth - 1)))
}

/** No safepoint in here: on one P the barrier stays as it is. */
function swap(node: Ref<typeof Node>, times: number): void {
  for (let i = 0; i < times; i += 2) {
    const left = Node.left.get(node)
    Node.left.set(node, Node.right.get(node))
    Node.right.set(node, left)
  }
}

function allocateUntil(barrierIsOn: boolean): void {
  while ((current.meta[WRITE_BARRIER] !== 0) !== barrierIsOn) Node.new(nil, nil)
}

export default function* main(state = 'off', rounds = '15', thousands = '4000') {
  const root = keep(tree(16))
  const times = Number(thousands) * 1000
  for (let round = -3; round < Number(rounds); round++) {
    allocateUntil(state !== 'on') // so that each round has a cycle of its own, or the pause between two
    allocateUntil(state === 'on')
    const began = performance.now()
    swap(root, times)
    if (round >= 0) console.log(((performance.now() - began) * 1e6) / times) // before that, it compiles
  }
}
