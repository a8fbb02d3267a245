package main

import (
	"runtime"
	"sync"
	"time"
)

const (
	lruEntries    = 40_000 // of all caches together
	lruOperations = 1_200_000
	lruKeys       = 2 * lruEntries
	leastValue    = 16
	mostValue     = 256
)

type lruEntry struct {
	key          int
	value        []byte
	newer, older *lruEntry
}

// The head of the list is between its newest and its oldest entry.
type lruCache struct {
	entries map[int]*lruEntry
	head    lruEntry
	most    int
}

func newCache(most int) *lruCache {
	cache := &lruCache{entries: make(map[int]*lruEntry, most), most: most}
	cache.head.newer, cache.head.older = &cache.head, &cache.head
	return cache
}

func (e *lruEntry) unlink() {
	e.newer.older, e.older.newer = e.older, e.newer
}

func (c *lruCache) makeNewest(e *lruEntry) {
	e.newer, e.older = &c.head, c.head.older
	e.older.newer, c.head.older = e, e
}

func (c *lruCache) get(key int) []byte {
	e := c.entries[key]
	if e == nil {
		return nil
	}
	e.unlink()
	c.makeNewest(e)
	return e.value
}

func (c *lruCache) put(key int, value []byte) {
	if len(c.entries) == c.most {
		oldest := c.head.newer
		oldest.unlink()
		delete(c.entries, oldest.key)
	}
	e := &lruEntry{key: key, value: value}
	c.entries[key] = e
	c.makeNewest(e)
}

// lru: a goroutine for each P looks keys up in a cache of its own, and puts in what is not there.
// Entries die in the order in which they were used, so they are spread over all spans. Each
// operation is timed, with one reading of the clock in its time.
func lru(work float64, times *clock) {
	workers := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for worker := 0; worker < workers; worker++ {
		all.Add(1)
		go func(worker int) {
			defer all.Done()
			var own tally
			numbers := random(worker + 1)
			cache := newCache(lruEntries / workers)
			last := time.Now()
			for n := int(work * lruOperations / float64(workers)); n > 0; n-- {
				// The smaller of two numbers: small keys are looked up more often.
				key, other := numbers.below(lruKeys/workers), numbers.below(lruKeys/workers)
				if other < key {
					key = other
				}
				if cache.get(key) == nil {
					cache.put(key, make([]byte, leastValue+numbers.below(mostValue-leastValue)))
				}
				now := time.Now()
				own.add(now.Sub(last))
				last = now
			}
			times.add(&own)
		}(worker)
	}
	all.Wait()
}
