// gate: a goroutine that has refilled a span while the live heap is at its goal marks until the
// mark has ended. It is called at the end of an allocation that took a new span, where Go asks
// whether a cycle should start. So an allocation that needs no span costs nothing more.
//
// Assists do not do this. They pay for bytes with work, and where no work is left an allocation is
// free: the heap passes its goal until somebody ends the mark (golang/go#52433).
//
// What it does in a loop:
//
//  1. It drains as an assist does, whatever credit its goroutine has.
//  2. It tries to end the mark. gcMarkDone returns at once while somebody drains. A second caller
//     waits on a semaphore until the first has ended the mark, or has found work.
//  3. It yields, so that with one P whatever holds work gets to run.
//
// Why it ends: while marking is on, either there is work, which step 1 makes less, or nobody
// drains, and step 2 ends the mark. Once marking is off the loop is over. Where the CPU limiter
// limits, the gate is open, as assists are off then.
//
// Where it must not wait, it returns: on a system stack, with runtime locks held, and where
// preemption is off, which it is while a goroutine has the world stopped. Assists have the same
// three exceptions.

package runtime

import "runtime/internal/atomic"

func behindRefill() {
	gp := getg()
	if gp == gp.m.g0 || gp.m.locks > 0 || gp.m.preemptoff != "" {
		return
	}
	for atomic.Load(&gcBlackenEnabled) != 0 && !gcCPULimiter.limiting() &&
		atomic.Load64(&gcController.heapLive) >= gcController.heapGoal() {
		systemstack(func() { gcAssistAlloc1(gp, gcOverAssistWork) })
		gp.param = nil // the drain's word that it was the last; step 2 asks for itself
		gcMarkDone()
		Gosched()
	}
}
