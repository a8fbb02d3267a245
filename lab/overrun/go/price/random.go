package main

// A xorshift generator: the same numbers in every run. Its state must not be 0.
type random uint64

func (r *random) next() uint64 {
	x := uint64(*r)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*r = random(x)
	return x
}

func (r *random) below(n int) int {
	return int(r.next() % uint64(n))
}
