//go:build ignore

// Allocates 50 million objects of 16 bytes on one goroutine, and drops them: ns per object.
//
//	go run test/bench/go/allocate.go
package main

import (
	"fmt"
	"runtime"
	"time"
)

type node struct{ left, right *node }

const objects = 50_000_000

// What is stored here escapes to the heap.
var sink *node

func main() {
	runtime.GOMAXPROCS(1)
	allocate(objects / 10) // warms up
	start := time.Now()
	allocate(objects)
	elapsed := time.Since(start)
	fmt.Printf("%s allocate: %.2f ns per object\n", runtime.Version(), float64(elapsed.Nanoseconds())/objects)
}

func allocate(count int) {
	for i := 0; i < count; i++ {
		sink = new(node)
	}
}
