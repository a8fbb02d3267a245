// A fixed number of cycles, beside a goroutine on P 1 that allocates until they are done, and stops
// the world as main does. If one P is held up for long, the others soon can only wait for it: for a
// stop, a ragged barrier, the end of the mark or of the sweep.
import {
  array,
  enter,
  gc,
  global,
  go,
  i32,
  keep,
  leave,
  nil,
  readMemStats,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
const Nodes = array(ref(Node))
const isOver = global(i32)

const busy = task('busy', [], function* () {
  while (isOver.get() === 0) {
    const scope = enter()
    const nodes = keep(Nodes.new(16))
    for (let i = 0; i < 16; i++) Nodes.set(nodes, i, Node.new(nil, i))
    leave(scope)
    readMemStats()
    yield
  }
})

export default function* main(cycles = '50') {
  go.on(1, busy)
  keep(Nodes.new(500))
  for (let i = 0; i < Number(cycles); i++) gc()
  isOver.set(1)
  console.log('ok')
}
