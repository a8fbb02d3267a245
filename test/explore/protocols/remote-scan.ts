/**
 * The scan of a stack by another P while its goroutine runs (gc/mark/remote-scan.ts).
 *
 * 1. A goroutine runs on a P. Its stack is full: one object stands in the first slot, and one is on
 *    top. A cycle marks.
 * 2. Another P carries out the root jobs.
 * 3. Under `grow` the goroutine's P takes the object off the top and puts it back, then puts
 *    another one on top. For that the stack must grow. Under `end` it ends the goroutine and
 *    releases its record. Under `grow-end` it does one after the other.
 * 4. P 2 takes a segment of the size that was freed, and fills it with a reference that nobody may
 *    shade. If the goroutine ends, it makes another, perhaps in the record that was released, whose
 *    argument is such a reference: a goroutine that is born in a mark is not scanned.
 *
 * P 0 begins each schedule, and a switch away from it is preemptive. So `begins` says who that is.
 * Some orders within a growth need two preemptive switches only if the scanner begins, and others
 * only if the goroutine does.
 *
 * What must hold: the reference of P 2 is white. If the goroutine lives, its three objects are
 * marked.
 */
import type { Addr, GoroutineId } from '../../../memory/kinds.ts'
import { GRANULE_SHIFT, STACK_MIN_LOG2 } from '../../../memory/layout.ts'
import { WRITE_BARRIER } from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import { BLACK, WHITE } from '../../../memory/words/span.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const ID = 1 as GoroutineId
const SIZE = 1 << STACK_MIN_LOG2
/** Granules where no span is: nothing here asks for it. */
const STANDS = 64 as Addr
const MOVES = 80 as Addr
const COMES = 96 as Addr
const FOREIGN = 112 as Addr

export function remoteScan(
  what: 'grow' | 'end' | 'grow-end',
  begins: 'scanner' | 'goroutine',
): PartsProtocol {
  const [grows, ends] = [what !== 'end', what !== 'grow']
  const [scanner, owner] = begins === 'scanner' ? [0, 1] : [1, 0]
  return {
    name: `remote-scan-${what}${begins === 'scanner' ? '' : '-begins'}`,
    what: `P ${scanner} scans the stack of a goroutine that runs on P ${owner} and ${[...(grows ? ['makes its stack grow'] : []), ...(ends ? ['ends'] : [])].join(', then ')}, while P 2 uses what is freed: what the goroutine keeps is shaded, and no word of P 2`,
    configurations: [{ procs: 3, bound: 2, quick: 1 }],
    stackScans: 'any',

    setUp({ memory }, hand) {
      const { meta, marks } = memory
      const { stack, roots } = hand.collector
      const id = hand.goroutines.create(0, SIZE)
      hand.goroutines.startRunning(id)
      stack.load(id)
      stack.push(STANDS)
      while (stack.top < stack.limit) stack.push(MOVES)
      stack.save()
      for (const object of [STANDS, MOVES, COMES, FOREIGN]) marks[object >>> GRANULE_SHIFT] = WHITE
      letAllRun(memory)
      letMark(memory)
      meta[WRITE_BARRIER] = roots.shades
      roots.prepare()
    },

    body({ memory, heap }, { index, collector, goroutines }) {
      const { meta } = memory
      const { stack, barrier, roots } = collector
      if (index === scanner) while (roots.scanNext('running') >= 0);
      else if (index === owner) {
        stack.load(ID)
        if (grows) {
          while (stack.top > stack.base + 1) stack.top--
          for (const object of [MOVES, COMES]) stack.push(object)
          // One more push, and the stack grows.
          meta.fill(0, stack.top, stack.limit)
          stack.top = stack.limit
          stack.push(0 as Addr)
          barrier.flush()
        }
        if (!ends) return
        stack.save()
        goroutines.tryStopRunning(ID, gWords.G_DEAD)
        goroutines.release(ID)
      } else if (ends) {
        const record = memory.goroutineWord(goroutines.create(0, SIZE), 0)
        meta.fill(FOREIGN, meta[record + gWords.STACK], meta[record + gWords.STACK] + SIZE)
        meta[record + gWords.STACK_USED] = SIZE
      } else {
        const segment = heap.stacks.allocate(SIZE)
        meta.fill(FOREIGN, segment, segment + SIZE)
      }
    },

    verify({ memory: { marks } }) {
      if (marks[FOREIGN >>> GRANULE_SHIFT] !== WHITE) return 'a word of P 2 was shaded'
      if (ends) return null
      for (const object of [STANDS, MOVES, COMES])
        if (marks[object >>> GRANULE_SHIFT] !== BLACK) return `object ${object} is white`
      return null
    },
  }
}
