package main

const (
	gcbenchKeptDepth  = 16      // 4 MiB
	gcbenchKeptArray  = 1 << 19 // numbers, 4 MiB
	leastDepth        = 4
	mostDepth         = 14
	bytesForEachDepth = 24 << 20
	gcbenchNode       = 32
)

type gcbenchTree struct {
	left, right *gcbenchTree
	numbers     [2]int
}

func topDown(depth int, tree *gcbenchTree) {
	if depth == 0 {
		return
	}
	tree.left, tree.right = &gcbenchTree{}, &gcbenchTree{}
	topDown(depth-1, tree.left)
	topDown(depth-1, tree.right)
}

func bottomUp(depth int) *gcbenchTree {
	if depth == 0 {
		return &gcbenchTree{}
	}
	return &gcbenchTree{left: bottomUp(depth - 1), right: bottomUp(depth - 1)}
}

// gcbench: one goroutine allocates, and the other Ps are free to mark. After the benchmark of Ellis,
// Kovac and Boehm: trees of several depths, built from the root and from the leaves, beside a tree
// and an array that live.
func gcbench(work float64, _ *clock) {
	kept := bottomUp(gcbenchKeptDepth)
	array := make([]float64, gcbenchKeptArray)
	for i := range array {
		array[i] = 1 / float64(i+1)
	}
	for depth := leastDepth; depth <= mostDepth; depth += 2 {
		trees := int(work*bytesForEachDepth) / (gcbenchNode << (depth + 1))
		for tree := 0; tree < trees; tree++ {
			topDown(depth, &gcbenchTree{})
			bottomUp(depth)
		}
	}
	if kept.left == nil || array[1] != 0.5 {
		panic("what lives is lost")
	}
}
