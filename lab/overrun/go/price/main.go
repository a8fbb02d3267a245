// The workloads of `sawtooth overrun go price`: each does the same work in every run, and says how
// long it took. `sawtooth overrun go price` builds them once with each variant of Go's runtime.
//
//	GOMAXPROCS=2 GODEBUG=gctrace=1 go run lab/overrun/go/price/*.go -workload gcbench
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// Does a share of its whole work. What it times goes into the clock.
type workload func(work float64, times *clock)

var workloads = map[string]workload{
	"binary-trees": binaryTrees,
	"gcbench":      gcbench,
	"lru":          lru,
	"requests":     requests,
	"documents":    documents,
}

// What is printed. The latencies are null where the workload times nothing.
type said struct {
	Seconds   float64  `json:"seconds"`
	Cpu       float64  `json:"cpu"`
	Resident  int64    `json:"resident"`
	Other     uint64   `json:"other"`
	Latencies *buckets `json:"latencies"`
}

func main() {
	name := flag.String("workload", "", "one of binary-trees, gcbench, lru, requests, documents")
	work := flag.Float64("work", 1, "share of the whole work")
	flag.Parse()
	run, isKnown := workloads[*name]
	if !isKnown {
		fmt.Fprintf(os.Stderr, "there is no workload %q\n", *name)
		os.Exit(2)
	}
	var times clock
	began, before := time.Now(), usage()
	run(*work, &times)
	seconds, after := time.Since(began).Seconds(), usage()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	text, err := json.Marshal(said{
		Seconds:   seconds,
		Cpu:       cpuOf(after) - cpuOf(before),
		Resident:  after.Maxrss << 10,
		Other:     memory.Sys - memory.HeapSys,
		Latencies: times.buckets(),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func usage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage
}

// Of the program and of the system for it, in seconds.
func cpuOf(usage syscall.Rusage) float64 {
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}
