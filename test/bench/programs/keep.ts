// Keeps references and gives them to locals on one P, between cycles (`-- off`) or while one marks
// (`-- on`). Prints ns per reference, a line for each round (barrier-rounds.ts).
import { enter, keep, leave, local, type Ref, setLocal } from 'sawtooth'
import { Node, timeRounds, tree } from './barrier-rounds.ts'

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

export default function* main(state = 'off', rounds = '15', thousands = '4000') {
  const root = keep(tree(16))
  const references = Number(thousands) * 1000
  timeRounds(state, Number(rounds), references, () => keepAgain(root, references / 4))
}
