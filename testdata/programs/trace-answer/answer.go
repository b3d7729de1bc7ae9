// SPDX-License-Identifier: Apache-2.0

// Package answer lets a program say what a trace of itself must tell.
package answer

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"strconv"
	"time"
)

// Group is goroutines of one start function.
type Group struct {
	Function string `json:"function"`
	Existed  int    `json:"existed"` // before the trace
	Started  int    `json:"started"`
	Ended    int    `json:"ended"`
	Alive    int    `json:"alive"`
	// What those that are alive wait for; empty: it changes, or nobody tells.
	Reason string `json:"reason,omitempty"`
	// The frame they wait in, and that of the go statement.
	Where     string `json:"where,omitempty"`
	CreatedBy string `json:"created_by,omitempty"`
}

// Finalizer is what the goroutine that runs finalizers does at the end.
type Finalizer struct {
	Stuck    bool   `json:"stuck"`
	Function string `json:"function"`
	Reason   string `json:"reason"`
	Cycles   int    `json:"cycles"` // collections since it is stuck, at least
	// Waits that ended, of another finalizer.
	Slow      string `json:"slow,omitempty"`
	SlowCalls int    `json:"slow_calls,omitempty"`
	SlowNanos int64  `json:"slow_ns,omitempty"` // at least
}

// Type is what is live of one type at the end.
type Type struct {
	Type    string `json:"type"`
	Objects int    `json:"objects"`
	Bytes   int    `json:"bytes"`
}

// Sheet is everything that a program knows.
type Sheet struct {
	Program string `json:"program"`
	Go      string `json:"go"`
	GCs     int    `json:"gcs"`
	// What MemStats.HeapAlloc was at the end of the trace.
	LiveBytes uint64 `json:"live_bytes"`
	// The same after the first and the last of the collections.
	AfterFirst uint64     `json:"after_first"`
	AfterLast  uint64     `json:"after_last"`
	Groups     []Group    `json:"groups"`
	Finalizer  *Finalizer `json:"finalizer,omitempty"`
	Types      []Type     `json:"types,omitempty"`
	Tasks      []string   `json:"open_tasks,omitempty"`
	Regions    []string   `json:"open_regions,omitempty"`
	Logs       int        `json:"logs"`

	out    *os.File
	before uint32
}

// Minor is the N of go1.N, or 99 for a development version.
func Minor() int {
	n := 99
	fmt.Sscanf(runtime.Version(), "go1.%d", &n)
	return n
}

// New starts the sheet of the running program, which collects when it says so
// and at no other time.
func New(program string) *Sheet {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage:", program, "TRACE ANSWER.json")
		os.Exit(64)
	}
	debug.SetGCPercent(-1)
	// With more than one, runtime.GC yields up to 100,000 times while it waits
	// for the sweeper, and the trace has them all.
	procs, err := strconv.Atoi(os.Getenv("TRACE_PROCS"))
	if err != nil {
		procs = 1
	}
	runtime.GOMAXPROCS(procs)
	out, err := os.Create(os.Args[1])
	check(err)
	return &Sheet{Program: program, Go: runtime.Version(), out: out,
		Groups: []Group{}}
}

// Start starts the trace.
func (s *Sheet) Start() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.before = m.NumGC
	check(trace.Start(s.out))
}

// GC collects, and sees how much is left.
func (s *Sheet) GC() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	if s.AfterFirst == 0 {
		s.AfterFirst = m.HeapAlloc
	}
	s.AfterLast = m.HeapAlloc
}

// Stop stops the trace and writes the sheet.
func (s *Sheet) Stop() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.LiveBytes = m.HeapAlloc
	if Minor() < 23 {
		s.Types = nil // nothing tells of objects
	}
	trace.Stop()
	runtime.ReadMemStats(&m)
	s.GCs = int(m.NumGC - s.before)
	check(s.out.Close())
	out, err := os.Create(os.Args[2])
	check(err)
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", " ")
	check(encoder.Encode(s))
	check(out.Close())
}

// Settle waits until every goroutine that is about to park has parked.
func Settle() {
	for i := 0; i < 10; i++ {
		runtime.Gosched()
		time.Sleep(2 * time.Millisecond)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
