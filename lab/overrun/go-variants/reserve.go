// reserve: a goroutine takes a span, or memory for a large object, only if the live heap and the
// span together stay within the goal. So the heap does not pass its goal at all while a mark runs,
// where gate.go lets each P pass it by the span that it has just taken.
//
// Add, look, take back: a request is added to what is reserved, then the live heap is read. If both
// together are above the goal the request is taken back, and its goroutine drains and waits for the
// end of the mark as in gate-parks.go, where the proofs are. It waits there also while another tries
// to end the mark: on that one's semaphore the record of who waits is memory that passes unasked.
// Then it begins its allocation anew. A reservation is given up once Go has charged the span to the
// live heap.
//
// Why two requests cannot both take the last room: each adds before it looks. The later of the two
// sees the earlier one as reserved, or in the live heap, which is charged before the reservation is
// given up and read after it. Both may see each other, and both wait: the heap is then a span below
// its goal.
//
// Why nobody waits for ever: once the mark has ended every request passes, also one that is larger
// than the goal. Where it must not wait it passes, as in gate.go. For such requests two spans for each P
// are left free below the goal: the runtime makes records of timers, of threads, and of goroutines that
// wait, while a mark runs.
//
// Where the CPU limiter limits, a request passes only under a memory limit, as in gate-firm.go.

package runtime

import (
	"runtime/internal/atomic"
	"unsafe"
)

// More work than there can be.
const wholeDrain = 1 << 62

// What each P may take unasked: two small spans.
const unaskedBytes = 16 << 10

var reserveQueue struct {
	lock    mutex
	waiting gQueue
}

// Bytes of requests that have passed, and are not in the live heap yet.
var reservedBytes uint64

// Called with the span that an allocation is about to find full, or not. The bytes are given up by
// giveUpReserved. False: wait.
func reserveSpan(mp *m, span *mspan, spc spanClass) (uint64, bool) {
	if gcBlackenEnabled == 0 || uintptr(span.allocCount) != span.nelems {
		return 0, true
	}
	return reserveBytes(mp, uint64(class_to_allocnpages[spc.sizeclass()])*pageSize)
}

func reserveLarge(mp *m, size uintptr) (uint64, bool) {
	if gcBlackenEnabled == 0 {
		return 0, true
	}
	return reserveBytes(mp, uint64(alignUp(size, pageSize)))
}

func isLimited() bool {
	return gcController.memoryLimit.Load() != maxInt64 && gcCPULimiter.limiting()
}

func reserveBytes(mp *m, bytes uint64) (uint64, bool) {
	// The allocation itself holds the m, which counts as one lock.
	if getg() == mp.g0 || mp.locks > 1 || mp.preemptoff != "" || isLimited() {
		return 0, true
	}
	reserved := atomic.Xadd64(&reservedBytes, int64(bytes))
	room := uint64(gomaxprocs) * unaskedBytes
	if atomic.Load64(&gcController.heapLive)+reserved+room <= gcController.heapGoal() {
		return bytes, true
	}
	giveUpReserved(bytes)
	return 0, false
}

func giveUpReserved(bytes uint64) {
	if bytes != 0 {
		atomic.Xadd64(&reservedBytes, -int64(bytes))
	}
}

// Leaves an allocation that has taken nothing yet, waits until the mark has ended, and makes it. It
// is charged to the goroutine's credit twice, but the next cycle begins with new credit.
func allocateAfterMark(mp *m, size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	mp.mallocing = 0
	releasem(mp)
	gp := getg()
	for atomic.Load(&gcBlackenEnabled) != 0 && !isLimited() {
		systemstack(func() { gcAssistAlloc1(gp, wholeDrain) })
		wasLast := gp.param != nil
		gp.param = nil
		switch {
		case wasLast && atomic.Load(&work.markDoneSema) != 0:
			gcMarkDone()
		case gp.preempt:
			Gosched()
		case wasLast || atomic.Load(&work.nwait) != work.nproc:
			waitForMarkEnd()
		}
	}
	return mallocgc(size, typ, needzero)
}

func waitForMarkEnd() {
	lock(&reserveQueue.lock)
	if atomic.Load(&gcBlackenEnabled) == 0 {
		unlock(&reserveQueue.lock)
		return
	}
	reserveQueue.waiting.pushBack(getg())
	goparkunlock(&reserveQueue.lock, waitReasonGCAssistWait, traceEvGoBlockGC, 1)
}

// Called with the world stopped, once marking is off.
func openGate() {
	lock(&reserveQueue.lock)
	all := reserveQueue.waiting.popList()
	unlock(&reserveQueue.lock)
	injectglist(&all)
}
