// The instrument, which base and all variants have: how many bytes the live heap lay above its goal
// when a mark ended. Go's own gctrace prints whole MiB, which is too coarse to tell one span.
//
// notePastGoal is called when mark termination begins: the world is stopped, the live heap is not
// reset to what was marked yet, and the goal is that of the cycle which ends. printPastGoal is
// called with the cycle's gctrace line, when the world runs again, so it lengthens no stop.

package runtime

import "runtime/internal/atomic"

// Written and read by the goroutine that ends the mark. No other cycle begins in between.
var pastGoal uint64

func notePastGoal() {
	pastGoal = 0
	live, goal := atomic.Load64(&gcController.heapLive), gcController.heapGoal()
	if live > goal {
		pastGoal = live - goal
	}
}

func printPastGoal() {
	print("past goal: ", pastGoal, " B\n")
}
