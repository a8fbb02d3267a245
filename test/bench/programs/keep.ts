// Keeps references and gives them to locals on one P, between cycles (`-- off`) or while one marks
// (`-- on`). Prints ns per reference, a line for each round. The program reads in the runtime's own
// memory whether the barrier is on: BENCH_CONTROL and BENCH_CURRENT name the modules for that
// (test/bench/steps.js).
import { enter, keep, leave, local, nil, type Ref, self, setLocal, struct } from 'sawtooth'

const { WRITE_BARRIER } = await import(process.env.BENCH_CONTROL as string)
const current = await import(process.env.BENCH_CURRENT as string)
/** Builds before decision 0018 call the view `words`. */
const metaNow = (): Int32Array => current.meta ?? current.words

const Node = struct('Node', { left: self, right: self })

function tree(depth: number): Ref<typeof Node> {
  if (depth === 0) return Node.new(nil, nil)
  const scope = enter()
  const left = keep(tree(depth - 1))
  return leave(scope, Node.new(left, tree(depth - 1)))
}

/** Four references a turn. No safepoint in here: on one P the barrier stays as it is. */
function keepAgain(node: Ref<typeof Node>, turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    const scope = enter()
    const slot = local(node)
    keep(Node.left.get(node))
    keep(Node.right.get(node))
    setLocal(slot, node)
    leave(scope)
  }
}

function allocateUntil(barrierIsOn: boolean): void {
  while ((metaNow()[WRITE_BARRIER] !== 0) !== barrierIsOn) Node.new(nil, nil)
}

export default function* main(state = 'off', rounds = '15', thousands = '4000') {
  const root = keep(tree(16))
  const turns = (Number(thousands) * 1000) / 4
  for (let round = -3; round < Number(rounds); round++) {
    // So each round has a cycle of its own, or its own pause between two cycles.
    allocateUntil(state !== 'on')
    allocateUntil(state === 'on')
    const began = performance.now()
    keepAgain(root, turns)
    // In the rounds before 0 the code is compiled.
    if (round >= 0) console.log(((performance.now() - began) * 1e6) / (turns * 4))
  }
}
