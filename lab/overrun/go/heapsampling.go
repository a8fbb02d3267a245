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

var (
	globals [65536]*byte
	a17k    *[17 * 1024]byte
	a1k     *[1024]byte
	a18k    *[18 * 1024]byte
	a512    *[512]byte
	a16k    *[16 * 1024]byte
	a256    *[256]byte
)

func main() {
	iterations := flag.Int("iterations", 50000, "of each of the two loops")
	yields := flag.Bool("yields", false, "a Gosched in each iteration, as in the test since Go 1.19")
	flag.Parse()
	runtime.MemProfileRate = 16 * 1024
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < *iterations; i++ {
		a17k = new([17 * 1024]byte)
		a1k = new([1024]byte)
		a18k = new([18 * 1024]byte)
		a512 = new([512]byte)
		a16k = new([16 * 1024]byte)
		a256 = new([256]byte)
		if *yields {
			runtime.Gosched()
		}
	}
	for i := 0; i < *iterations; i++ {
		a1k = new([1024]byte)
		a512 = new([512]byte)
		a256 = new([256]byte)
		if *yields {
			runtime.Gosched()
		}
	}
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(&globals)
	fmt.Printf("{\"sys\":%d,\"cycles\":%d}\n", int64(after.Sys)-int64(before.Sys), after.NumGC-before.NumGC)
}
