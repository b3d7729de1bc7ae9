// SPDX-License-Identifier: Apache-2.0

// trace-finalizer has finalizers that are slow, and then one that never
// returns, all in the trace.
package main

import (
	"runtime"
	"time"

	"heapscope.example/traceanswer"
)

type file struct {
	buffer *[64]byte
	id     int
}

const (
	slow  = 5
	pause = 4 * time.Millisecond
	after = 3 // collections while it is stuck
)

var (
	done    = make(chan int, slow)
	started = make(chan int)
	locked  = make(chan int)
)

func closeSlowly(f *file) {
	time.Sleep(pause)
	done <- f.id
}

func closeNever(f *file) {
	started <- f.id
	<-locked
	runtime.KeepAlive(f)
}

// garbage makes N files that nothing refers to, on a stack of its own.
func garbage(n int, finalizer func(*file)) {
	ready := make(chan int)
	go func() {
		for i := 0; i < n; i++ {
			runtime.SetFinalizer(&file{new([64]byte), i}, finalizer)
		}
		close(ready)
	}()
	<-ready
}

func main() {
	s := answer.New("trace-finalizer")
	garbage(1, func(f *file) { done <- f.id }) // the goroutine is made
	runtime.GC()
	<-done
	answer.Settle()
	s.Start()
	garbage(slow, closeSlowly)
	s.GC()
	for i := 0; i < slow; i++ {
		<-done
	}
	garbage(1, closeNever)
	s.GC()
	<-started
	answer.Settle()
	for i := 0; i < after; i++ {
		garbage(4, closeSlowly)
		s.GC()
		answer.Settle()
	}
	s.Finalizer = &answer.Finalizer{Stuck: true, Function: "main.closeNever",
		Reason: "chan receive", Cycles: after, Slow: "main.closeSlowly",
		SlowCalls: slow, SlowNanos: int64(slow * pause)}
	s.Stop()
}
