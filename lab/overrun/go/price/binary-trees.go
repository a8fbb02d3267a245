package main

import (
	"runtime"
	"sync"
)

const (
	keptDepth     = 16 // of the tree that lives, 2 MiB
	droppedDepth  = 12
	droppedTrees  = 1600
	childrenAbove = 1
)

type binaryTree struct{ left, right *binaryTree }

func treeOfDepth(depth int) *binaryTree {
	if depth < childrenAbove {
		return &binaryTree{}
	}
	return &binaryTree{treeOfDepth(depth - 1), treeOfDepth(depth - 1)}
}

func (t *binaryTree) nodes() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.nodes() + t.right.nodes()
}

// binary-trees: a goroutine for each P builds trees, counts their nodes and drops them, beside a
// tree that lives.
func binaryTrees(work float64, _ *clock) {
	kept := treeOfDepth(keptDepth)
	var all sync.WaitGroup
	inTurn := make(chan struct{})
	for worker := 0; worker < runtime.GOMAXPROCS(0); worker++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for range inTurn {
				if treeOfDepth(droppedDepth).nodes() != 1<<(droppedDepth+1)-1 {
					panic("a tree has lost nodes")
				}
			}
		}()
	}
	for tree := 0; tree < int(work*droppedTrees); tree++ {
		inTurn <- struct{}{}
	}
	close(inTurn)
	all.Wait()
	if kept.nodes() != 1<<(keptDepth+1)-1 {
		panic("the kept tree has lost nodes")
	}
}
