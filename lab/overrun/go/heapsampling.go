//go:build ignore

// golang/go#49564: Go's test/heapsampling.go allocates arrays of a few sizes in one goroutine, keeps
// only the last of each, and samples its allocations. lab/overrun/programs/heapsampling.ts is the
// same for Sawtooth; it checks the profile too, which here is the test's own business.
//
//	GOMAXPROCS=2 go run lab/overrun/go/heapsampling.go -iterations 50000
package main

import (
	"flag"
	"fmt"
	"runtime"
)

// In the order of the test's allocations.
var (
	interleaved = []int{17 << 10, 1 << 10, 18 << 10, 512, 16 << 10, 256}
	small       = []int{1 << 10, 512, 256}
)

var (
	// The last array of each size lives.
	kept [6][]byte
	// What lives beside them: a test binary has some hundred KiB of globals.
	globals [65536]*byte
)

func allocate(sizes []int, iterations int, yields bool) {
	for ; iterations > 0; iterations-- {
		for place, size := range sizes {
			kept[place] = make([]byte, size)
		}
		if yields {
			runtime.Gosched()
		}
	}
}

func main() {
	iterations := flag.Int("iterations", 50000, "of each of the two loops")
	yields := flag.Bool("yields", false, "a Gosched in each iteration, as in the test since Go 1.19")
	flag.Parse()
	runtime.MemProfileRate = 16 * 1024
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	allocate(interleaved, *iterations, *yields)
	allocate(small, *iterations, *yields)
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(&globals)
	runtime.KeepAlive(&kept)
	fmt.Printf("{\"sys\":%d,\"cycles\":%d}\n", int64(after.Sys)-int64(before.Sys), after.NumGC-before.NumGC)
}
