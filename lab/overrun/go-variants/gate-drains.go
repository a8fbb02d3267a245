// gate-drains: the gate of gate.go, in larger steps. gate drains 64 KiB, tries to end the mark and
// yields, again and again. Each yield puts a goroutine into the global queue, for which an idle mark
// worker on another P leaves its drain.
//
// Here a drain goes on until no work is in sight, or the goroutine is asked to stop. Only the last to
// leave a drain tries to end the mark, as in an assist. The others yield.
//
// Why it ends: each turn either makes the work less, or finds none. Then somebody else drains, who is
// the last in his turn; or nobody does, and the drain says that it was the last.
//
// Why it holds nobody up for long: a goroutine that drains stops where it is asked to, as any other
// that runs: for a stop of the world, a barrier, and after its slice.

package runtime

import "runtime/internal/atomic"

// More work than there can be.
const wholeDrain = 1 << 62

func behindRefill() {
	gp := getg()
	if gp == gp.m.g0 || gp.m.locks > 0 || gp.m.preemptoff != "" {
		return
	}
	for atomic.Load(&gcBlackenEnabled) != 0 && !gcCPULimiter.limiting() &&
		atomic.Load64(&gcController.heapLive) >= gcController.heapGoal() {
		systemstack(func() { gcAssistAlloc1(gp, wholeDrain) })
		wasLast := gp.param != nil
		gp.param = nil
		if wasLast {
			gcMarkDone()
		} else {
			Gosched()
		}
	}
}
