// SPDX-License-Identifier: Apache-2.0

// trace-prestuck has a finalizer that never returns since before the trace.
package main

import (
	"runtime"

	"heapscope.example/traceanswer"
)

type file struct {
	buffer *[64]byte
	id     int
}

var (
	started = make(chan int)
	locked  = make(chan int)
)

func closeNever(f *file) {
	started <- f.id
	<-locked
	runtime.KeepAlive(f)
}

func closeQuickly(*file) {}

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
	s := answer.New("trace-prestuck")
	garbage(1, closeNever)
	runtime.GC()
	<-started
	answer.Settle()
	s.Start()
	for i := 0; i < 3; i++ {
		garbage(4, closeQuickly)
		s.GC()
		answer.Settle()
	}
	// Go 1.22 does not tell of a goroutine that does nothing all along, and
	// older ones tell that it is there and waits, but not where.
	if answer.Minor() >= 23 {
		s.Finalizer = &answer.Finalizer{Stuck: true,
			Function: "main.closeNever", Cycles: 3}
	}
	s.Stop()
}
