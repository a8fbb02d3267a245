// gate-parks: the gate of gate-drains.go, but a goroutine that finds no work while another drains
// waits until the mark has ended, and does not yield in a loop. Its P is free for other goroutines,
// and for an idle mark worker.
//
// It waits in a queue of its own, and not in that of the assists: from there each bit of background
// credit would wake it, long before the mark ends, and it would take the credit from assists.
//
// Why the mark ends while goroutines wait here:
//
//  1. A goroutine begins to wait only while another drains.
//  2. The last to leave a drain tries to end the mark, if no work is in sight: a background worker
//     does, an assist, and the gate.
//  3. A try that finds work leaves it to the background workers, which have a quarter of the CPU
//     whoever waits, and all Ps that have nothing else to run. The same is true of a drain that was
//     asked to stop. Then 2. holds again.
//
// Go's assists wait for the mark's end in the same allocation, and rely on the same.
//
// Where the CPU limiter begins to limit, who waits already goes on waiting until the mark's end. So
// do Go's assists in their queue: both ask the limiter only before they wait.
//
// Why nobody is left behind: with the world stopped, the goroutine that ends the mark first says that
// marking is off, then empties the queue. A goroutine looks whether marking is on, and queues, under
// the queue's lock. So either it sees that marking is off, or it is in the queue that is emptied.

package runtime

import "runtime/internal/atomic"

// More work than there can be.
const wholeDrain = 1 << 62

var gateQueue struct {
	lock    mutex
	waiting gQueue
}

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
		switch {
		case wasLast:
			gcMarkDone()
		case gp.preempt:
			Gosched()
		case atomic.Load(&work.nwait) != work.nproc:
			waitForMarkEnd()
		}
	}
}

func waitForMarkEnd() {
	lock(&gateQueue.lock)
	if atomic.Load(&gcBlackenEnabled) == 0 {
		unlock(&gateQueue.lock)
		return
	}
	gateQueue.waiting.pushBack(getg())
	goparkunlock(&gateQueue.lock, waitReasonGCAssistWait, traceEvGoBlockGC, 1)
}

// Called with the world stopped, once marking is off.
func openGate() {
	lock(&gateQueue.lock)
	all := gateQueue.waiting.popList()
	unlock(&gateQueue.lock)
	injectglist(&all)
}
