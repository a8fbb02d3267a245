// gate-firm: the gate of gate.go, but it stays shut where the CPU limiter limits, unless there is a
// memory limit.
//
// The limiter turns assists off once the collector has had half of the CPU for long enough, so that a
// program whose memory limit is too low goes on. A goal that follows from GOGC leaves room in each
// cycle: the program goes on by that room, whatever the collector takes. But the limiter counts time
// that a thread is off the CPU, too. So on a busy machine it limits although the collector had
// little, and an open gate lets the heap pass a goal that was no burden.
//
// Why it ends: as gate.go. While the limiter limits, the drain of step 1 marks nothing, and the
// background workers make the work less.

package runtime

import "runtime/internal/atomic"

func isLimited() bool {
	return gcController.memoryLimit.Load() != maxInt64 && gcCPULimiter.limiting()
}

func behindRefill() {
	gp := getg()
	if gp == gp.m.g0 || gp.m.locks > 0 || gp.m.preemptoff != "" {
		return
	}
	for atomic.Load(&gcBlackenEnabled) != 0 && !isLimited() &&
		atomic.Load64(&gcController.heapLive) >= gcController.heapGoal() {
		systemstack(func() { gcAssistAlloc1(gp, gcOverAssistWork) })
		gp.param = nil
		gcMarkDone()
		Gosched()
	}
}
