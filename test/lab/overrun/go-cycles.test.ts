import { expect, test } from 'vitest'
import { goCyclesIn } from '../../../lab/overrun/go-cycles.ts'

// Go 1.19's own lines. The program allocated nothing during the second mark. The last line was cut
// off at the end of the program.
const trace = `pacer: assist ratio=+1.767337e+000 (scan 2 MB in 3->4 MB) workers=1++0.000000e+000
pacer: 25% CPU (25 exp.) for 1124064+3768+227824 B work (1356848 B exp.) in 3419403 B -> 5957896 B (∆goal 1763592, cons/mark +3.442854e-001)
gc 1 @0.012s 4%: 0.088+1.1+0.034 ms clock, 0.17+0.28/0.016/0+0.069 ms cpu, 3->5->1 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 4 P
gc 2 @0.015s 4%: 0.088+1.1+0.034 ms clock, 0.17+0.28/0.016/0+0.069 ms cpu, 1->1->0 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 4 P (forced)
pacer: assist ratio=+3.949527e-001 (scan 2 MB in 3->4 MB) workers=1++0.000000e+000
pacer: 30% CPU (25 exp.) for 141728+4360+227824 B work (374096 B exp.) in 3242288 B -> 3960808 B (∆goal -233496, cons/mark +1.529461e+000)
gc 3 @0.400s 6%: 0.088+1.1+0.034 ms clock, 0.17+0.28/0.016/0+0.069 ms cpu, 3->3->0 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 4 P
pacer: 25% CPU (25 exp.) for 1124064+3768+227824 B work (1356848 B exp.) in 3419403 B -> 5957896 B (∆goal 1763592, cons/mark +3.442854e-001)
gc 4 @0.402s 11%: 0.11+4.6+0.024 ms clock, 0`

test('the overrun of a cycle of Go’s is that of the pacer’s line before it, else 0', () => {
  expect(goCyclesIn(trace)).toEqual([
    {
      n: 1,
      startMs: 12,
      isForced: false,
      overrun: 1_763_592,
      heapAtMarkEnd: 5_957_896,
      goal: 4_194_304,
    },
    { n: 2, startMs: 15, isForced: true, overrun: 0, heapAtMarkEnd: null, goal: null },
    { n: 3, startMs: 400, isForced: false, overrun: 0, heapAtMarkEnd: 3_960_808, goal: 4_194_304 },
  ])
})
