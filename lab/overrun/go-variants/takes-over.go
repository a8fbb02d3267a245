// takes-over: the first idea of golang/go#52433 and nothing else. Once somebody has tried to end
// this cycle's mark, a goroutine that refills a span drains once, whatever credit it has, and tries
// to end the mark itself. So one of them takes over where the first attempt failed and its worker
// has parked. Nobody is held back: it then goes on allocating, wherever the live heap is.

package runtime

import "runtime/internal/atomic"

// The last cycle that somebody has tried to end. An old number is of a cycle that is over.
var triedCycle uint32

// Called in gcMarkDone by the goroutine that may end the mark, when it begins the ragged barrier.
func noteAttempt() {
	atomic.Store(&triedCycle, atomic.Load(&work.cycles))
}

func behindRefill() {
	gp := getg()
	if gp == gp.m.g0 || gp.m.locks > 0 || gp.m.preemptoff != "" {
		return
	}
	if atomic.Load(&gcBlackenEnabled) == 0 || gcCPULimiter.limiting() ||
		atomic.Load(&triedCycle) != atomic.Load(&work.cycles) {
		return
	}
	systemstack(func() { gcAssistAlloc1(gp, gcOverAssistWork) })
	gp.param = nil
	gcMarkDone()
}
