//go:build ignore

// The test of golang/go#52433: one goroutine allocates byte slices and drops them, another reads the
// memory statistics and compares them with the memory limit. lab/overrun/programs/limit.ts is the
// same for Sawtooth.
//
//	GOMAXPROCS=4 GOGC=off GOMEMLIMIT=67108864 go run lab/overrun/go/limit.go \
//	    -limit 67108864 -size 8192 -cycles 12 -seconds 5
package main

import (
	"flag"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	batch           = 200 // slices between two readings of the clock
	betweenReadings = time.Millisecond
)

var (
	globals [65536]*byte
	sink    []byte // what is stored here escapes to the heap
	isOver  atomic.Bool
)

func allocate(size int) {
	for !isOver.Load() {
		for i := 0; i < batch; i++ {
			sink = make([]byte, size)
		}
	}
}

func main() {
	limit := flag.Uint64("limit", 0, "bytes")
	size := flag.Int("size", 8192, "bytes of a slice")
	cycles := flag.Uint("cycles", 12, "until that many cycles have marked")
	seconds := flag.Float64("seconds", 1, "no longer than that")
	flag.Parse()
	deadline := time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	go allocate(*size)
	var readings, over int
	var most uint64
	var statistics runtime.MemStats
	for statistics.NumGC < uint32(*cycles) && time.Now().Before(deadline) {
		runtime.ReadMemStats(&statistics)
		used := statistics.Sys - statistics.HeapReleased
		readings++
		if used > *limit {
			over++
		}
		if used > most {
			most = used
		}
		time.Sleep(betweenReadings)
	}
	isOver.Store(true)
	runtime.KeepAlive(&globals)
	fmt.Printf("{\"readings\":%d,\"over\":%d,\"most\":%d}\n", readings, over, most)
}
