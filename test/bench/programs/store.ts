// Stores references to fields on one P, between cycles (`-- off`) or while one marks (`-- on`).
// Prints ns per store, a line for each round (barrier-rounds.ts).
import { keep, type Ref } from 'sawtooth'
import { Node, timeRounds, tree } from './barrier-rounds.ts'

/** No safepoint in here: on one P the barrier stays as it is. */
function swap(node: Ref<typeof Node>, times: number): void {
  for (let i = 0; i < times; i += 2) {
    const left = Node.left.get(node)
    Node.left.set(node, Node.right.get(node))
    Node.right.set(node, left)
  }
}

export default function* main(state = 'off', rounds = '15', thousands = '4000') {
  const root = keep(tree(16))
  const stores = Number(thousands) * 1000
  timeRounds(state, Number(rounds), stores, () => swap(root, stores))
}
