//go:build ignore

// Collects with a binary tree of 4 million nodes as all that lives: median and fastest of 15 collections.
//
//	GOMAXPROCS=2 go run test/bench/go/collect.go
package main

import (
	"fmt"
	"runtime"
	"sort"
	"time"
)

type node struct{ left, right *node }

const (
	depth       = 21 // 2^22 - 1 nodes
	repetitions = 15
)

func main() {
	tree := bottomUp(depth)
	runtime.GC() // warms up
	times := make([]float64, repetitions)
	for i := range times {
		start := time.Now()
		runtime.GC()
		times[i] = float64(time.Since(start).Microseconds()) / 1000
	}
	sort.Float64s(times)
	nodes := count(tree)
	median := times[repetitions/2]
	fmt.Printf("%s GOMAXPROCS=%d collect: median %.1f ms, fastest %.1f ms, %.2f ns per node of %d\n",
		runtime.Version(), runtime.GOMAXPROCS(0), median, times[0], median*1e6/float64(nodes), nodes)
}

func bottomUp(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{bottomUp(depth - 1), bottomUp(depth - 1)}
}

func count(tree *node) int {
	if tree.left == nil {
		return 1
	}
	return 1 + count(tree.left) + count(tree.right)
}
