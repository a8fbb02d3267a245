//go:build ignore

// golang/go#37331: one goroutine on one P allocates small byte slices and drops them, and the memory
// that the runtime has from the system should not grow by it. lab/overrun/programs/gcsys.ts is the
// same for Sawtooth.
//
//	GOMAXPROCS=1 go run lab/overrun/go/gcsys.go -objects 100000
package main

import (
	"flag"
	"fmt"
	"runtime"
)

const size = 1029

var (
	globals [65536]*byte
	sink    []byte // what is stored here escapes to the heap
)

func sys() int64 {
	var statistics runtime.MemStats
	runtime.ReadMemStats(&statistics)
	return int64(statistics.Sys)
}

func main() {
	objects := flag.Int("objects", 100000, "slices that are allocated and dropped")
	flag.Parse()
	runtime.MemProfileRate = 0
	runtime.GC()
	before := sys()
	for i := 0; i < *objects; i++ {
		sink = make([]byte, size)
	}
	fmt.Printf("{\"sys\":%d}\n", sys()-before)
	runtime.KeepAlive(&globals)
}
