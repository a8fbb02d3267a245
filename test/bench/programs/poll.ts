// Polls, and nothing else. Prints ns per poll, a line per round.
import { poll } from 'sawtooth'

function polls(count: number): void {
  for (let i = 0; i < count; i++) poll()
}

export default function* main(rounds = '9', millions = '50') {
  polls(20_000_000) // the first rounds compile
  polls(20_000_000)
  for (let round = 0; round < Number(rounds); round++) {
    const began = performance.now()
    polls(Number(millions) * 1e6)
    console.log((performance.now() - began) / Number(millions))
  }
}
