// gate-when-idle: the gate of gate.go only once no mark work is in sight. Until then allocation goes
// on, and is paid for by assists as in Go. It never drains, so it is the cheaper form if the drain
// is what the gate costs. What is allocated past the goal while work is left stays.

package runtime

import "runtime/internal/atomic"

func behindRefill() {
	gp := getg()
	if gp == gp.m.g0 || gp.m.locks > 0 || gp.m.preemptoff != "" {
		return
	}
	for atomic.Load(&gcBlackenEnabled) != 0 && !gcCPULimiter.limiting() &&
		atomic.Load64(&gcController.heapLive) >= gcController.heapGoal() &&
		!gcMarkWorkAvailable(nil) {
		gcMarkDone()
		Gosched()
	}
}
