// The instrument, which base and all variants have: how many bytes the live heap lay above its goal
// when a mark ended, and when they were taken. Go's own gctrace prints whole MiB, which is too coarse
// to tell one span.
//
// The bytes past the goal are noted at the steps by which a mark ends. What has come since the last
// note was taken in between:
//
//	roots    until the last goroutine's stack, or other root, was scanned
//	work     from then until somebody first saw that no mark work was left
//	barrier  until each P had flushed what it held, which is the ragged barrier of gcMarkDone
//	stop     until the world was stopped
//	late     until no work was left again, where the barrier or the stop found some
//
// A cycle is limited if the CPU limiter has limited in it: it began to since the last cycle ended, or
// was limiting as a root was scanned, an attempt was made, or the mark ended. Assists are off then,
// and so are gates.
//
// One goroutine at a time is between two notes in gcMarkDone: it holds work.markDoneSema. noteRoot is
// called by all that scan roots. The other functions are called by the goroutine that ends the mark,
// notePastGoal with the world stopped. printPastGoal is called with the cycle's gctrace line, when the
// world runs again, so it lengthens no stop; no other cycle begins before.

package runtime

import "runtime/internal/atomic"

type pastNotes struct {
	bytes                            uint64 // at the last note
	roots, work, barrier, stop, late uint64
	tries, restarts                  uint64
}

var (
	pastNow  pastNotes // of the mark that runs
	pastTold pastNotes // of the mark that has ended
	pastGoal uint64    // when it ended
	heapThen uint64    // the live heap then

	limitedNow  uint32 // the limiter has limited in this mark
	limitedTold uint32 // it has in the mark that has ended

	rootsOver   uint32 // root jobs of this mark that are over
	pastAtRoots uint64 // when the last of them was
)

func bytesPastGoal() uint64 {
	live, goal := atomic.Load64(&gcController.heapLive), gcController.heapGoal()
	if live > goal {
		return live - goal
	}
	return 0
}

// The bytes since the last note.
func notePast() uint64 {
	bytes, before := bytesPastGoal(), pastNow.bytes
	if bytes <= before {
		return 0
	}
	pastNow.bytes = bytes
	return bytes - before
}

func noteLimited() {
	if gcCPULimiter.limiting() {
		atomic.Store(&limitedNow, 1)
	}
}

func noteRoot() {
	noteLimited()
	if atomic.Xadd(&rootsOver, 1) == work.markrootJobs {
		atomic.Store64(&pastAtRoots, bytesPastGoal())
	}
}

func noteMarked() {
	noteLimited()
	bytes := notePast()
	pastNow.tries++
	if pastNow.tries > 1 {
		pastNow.late += bytes
		return
	}
	pastNow.roots = atomic.Load64(&pastAtRoots)
	if pastNow.roots > bytes {
		pastNow.roots = bytes
	}
	pastNow.work = bytes - pastNow.roots
}

func noteBarrier() {
	pastNow.barrier += notePast()
}

func noteStop() {
	pastNow.stop += notePast()
}

func noteRestart() {
	pastNow.restarts++
}

func notePastGoal() {
	noteLimited()
	if gcCPULimiter.lastEnabledCycle.Load() == memstats.numgc+1 {
		limitedNow = 1
	}
	limitedTold = limitedNow
	atomic.Store(&limitedNow, 0)
	pastGoal, heapThen = bytesPastGoal(), atomic.Load64(&gcController.heapLive)
	pastTold, pastNow = pastNow, pastNotes{}
	atomic.Store(&rootsOver, 0)
	atomic.Store64(&pastAtRoots, 0)
}

func printPastGoal() {
	print("past goal: ", pastGoal, " B of ", heapThen, ", ", work.bytesMarked, " marked; ",
		pastTold.roots, " roots, ", pastTold.work, " work, ", pastTold.barrier, " barrier, ",
		pastTold.stop, " stop, ", pastTold.late, " late; ", pastTold.tries, " tries, ",
		pastTold.restarts, " restarts, ", limitedTold, " limited\n")
}
