// SPDX-License-Identifier: Apache-2.0

// trace-cleanup has a cleanup that never returns (from Go 1.24 on; before,
// nothing).  Up to 1.24 the goroutine of the finalizers runs it.
package main

import (
	"heapscope.example/traceanswer"
)

type file struct {
	buffer *[64]byte
	id     int
}

const after = 3 // collections while it is stuck

var (
	started = make(chan int)
	locked  = make(chan int)
)

func cleanNever(id int) {
	started <- id
	<-locked
}

func garbage() {
	ready := make(chan int)
	go func() {
		attach(&file{new([64]byte), 1})
		close(ready)
	}()
	<-ready
}

func main() {
	s := answer.New("trace-cleanup")
	s.Start()
	garbage()
	s.GC()
	if has {
		<-started
	}
	answer.Settle()
	for i := 0; i < after; i++ {
		s.GC()
		answer.Settle()
	}
	if has {
		s.Finalizer = &answer.Finalizer{Stuck: true,
			Function: "main.cleanNever", Reason: "chan receive",
			Cycles: after}
	}
	s.Stop()
}
