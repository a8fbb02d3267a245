package main

import (
	"math"
	"sync"
	"time"
)

// The buckets of lab/overrun/latency-buckets.ts.
const (
	perDoubling   = 16
	leastExponent = -6
	bucketCount   = (25-leastExponent)*perDoubling + 1
)

// Counts latencies. A goroutine counts into a tally of its own, and adds it when it is done.
type clock struct {
	lock sync.Mutex
	all  tally
}

type tally struct {
	counts [bucketCount]uint64
	timed  uint64
	most   time.Duration
}

func (t *tally) add(took time.Duration) {
	us := float64(took.Nanoseconds()) / 1000
	bucket := 0
	if us > math.Exp2(leastExponent) {
		bucket = int(math.Ceil((math.Log2(us) - leastExponent) * perDoubling))
		if bucket >= bucketCount {
			bucket = bucketCount - 1
		}
	}
	t.counts[bucket]++
	t.timed++
	if took > t.most {
		t.most = took
	}
}

func (c *clock) add(own *tally) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for bucket, count := range own.counts {
		c.all.counts[bucket] += count
	}
	c.all.timed += own.timed
	if own.most > c.all.most {
		c.all.most = own.most
	}
}

type buckets struct {
	Counts []uint64 `json:"counts"`
	MaxUs  float64  `json:"maxUs"`
}

func (c *clock) buckets() *buckets {
	if c.all.timed == 0 {
		return nil
	}
	return &buckets{Counts: c.all.counts[:], MaxUs: float64(c.all.most.Nanoseconds()) / 1000}
}
