//go:build ignore

// The program of golang/go#52433: goroutines that only allocate objects of 16 bytes and drop them,
// beside a tree that lives. Once the tree stands the program asks for a collection.
// lab/overrun/programs/alloc-only.ts is the same for Sawtooth.
//
//	GOMAXPROCS=4 GODEBUG=gctrace=1,gcpacertrace=1 \
//	    go run lab/overrun/go/alloc-only.go -goroutines 4 -live 2097152 -seconds 3
package main

import (
	"flag"
	"fmt"
	"runtime"
	"sync"
	"time"
)

type node struct{ left, right *node }

const batch = 1000 // objects between two readings of the clock

// What is stored here escapes to the heap. A cache line each, so that goroutines do not share one.
var sinks [64]struct {
	last    *node
	padding [56]byte
}

func treeOf(nodes int) *node {
	if nodes < 1 {
		return nil
	}
	return &node{treeOf((nodes - 1) >> 1), treeOf(nodes >> 1)}
}

func allocate(index int, deadline time.Time) int {
	dropped := 0
	for time.Now().Before(deadline) {
		for i := 0; i < batch; i++ {
			sinks[index].last = new(node)
		}
		dropped += batch
	}
	return dropped
}

func main() {
	goroutines := flag.Int("goroutines", 4, "goroutines that allocate, 64 at most")
	live := flag.Int("live", 0, "bytes of the tree that lives")
	seconds := flag.Float64("seconds", 1, "how long they allocate")
	flag.Parse()
	tree := treeOf(*live / 16)
	runtime.GC()
	// This waits until the collection's line is written. One whose line is written while the next
	// cycle is about to start is not told as forced there.
	runtime.ReadMemStats(new(runtime.MemStats))
	deadline := time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	var all sync.WaitGroup
	counts := make([]int, *goroutines)
	for i := range counts {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			counts[i] = allocate(i, deadline)
		}(i)
	}
	all.Wait()
	dropped := 0
	for _, count := range counts {
		dropped += count
	}
	runtime.KeepAlive(tree)
	fmt.Println(dropped, "objects dropped")
}
