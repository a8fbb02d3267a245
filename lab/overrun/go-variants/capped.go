// capped: the credit that an assist leaves its goroutine is at most the room that the heap has to its
// goal. Close to the end of a mark Go gives some 65 bytes of credit for each byte of room, and never
// prices it again, so goroutines with old credit allocate past the goal without assisting.

package runtime

import "runtime/internal/atomic"

// Called behind an assist.
func capCredit(gp *g) {
	room := int64(gcController.heapGoal()) - int64(atomic.Load64(&gcController.heapLive))
	if room < 0 {
		room = 0
	}
	if gp.gcAssistBytes > room {
		gp.gcAssistBytes = room
	}
}
