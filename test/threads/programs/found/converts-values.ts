// Code of the program converts values, and allocates, throws, or answers differently each time. No
// slot is handed out twice, and no lock stays held.
import { chan, enter, gc, getLocal, i32, leave, local, nil, numGC, self, struct } from 'sawtooth'

const Node = struct('Node', { next: self, value: i32, other: i32 })
const Numbers = chan(i32)
const wrong = (value: unknown): never => value as never

export default function* main() {
  const scope = enter()
  const made: number[] = []
  const collecting = {
    valueOf() {
      gc()
      for (let i = 0; i < 300; i++) made.push(Node.new(nil, 5, 5))
      return 77
    },
  }
  const node = local(Node.new(nil, wrong(collecting), 88))
  gc()
  const isFresh = !made.includes(getLocal(node))
  console.log(isFresh, Node.value.get(getLocal(node)), Node.other.get(getLocal(node)), numGC() > 1)
  const channel = local(Numbers.new(1))
  for (let throwAt = 1; throwAt < 8; throwAt++) {
    let asked = 0
    const odd = {
      valueOf() {
        if (++asked === throwAt) throw new Error('mine')
        return getLocal(channel)
      },
    }
    try {
      yield* Numbers.send(wrong(odd), 1)
    } catch {
      // Refused: then nothing was sent.
    }
    if (Numbers.length(getLocal(channel)) === 1) yield* Numbers.recv(getLocal(channel))
  }
  console.log(Numbers.length(getLocal(channel)))
  leave(scope)
}
