// SPDX-License-Identifier: Apache-2.0

// dump-preempt has goroutines that spin in loops without a call, so that the
// dump finds them stopped at any instruction, and what they hold in a saved
// register or in a frame without a trustworthy map.
package main

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"heapscope.example/answer"
)

type load struct {
	next *load
	data [36]uint64
}

const (
	spinners = 3
	each     = 50
)

var running, stop, sum uint64

//go:noinline
func loads(n int) (head *load) {
	for i := 0; i < n; i++ {
		head = &load{next: head}
	}
	return head
}

//go:noinline
func spin() {
	p := loads(each)
	atomic.AddUint64(&running, 1)
	var n uint64
	for atomic.LoadUint64(&stop) == 0 {
		n += p.data[n%36] ^ n
	}
	atomic.AddUint64(&sum, n)
	runtime.KeepAlive(p)
}

func build() {
	for i := 0; i < spinners; i++ {
		go spin()
	}
	for atomic.LoadUint64(&running) < spinners {
		runtime.Gosched()
	}
}

func main() {
	s := answer.New("dump-preempt")
	answer.Build(build)
	s.Holds(answer.Group(spinners, "spin"), answer.Of(spinners*each,
		unsafe.Sizeof(load{}))).G = spinners
	s.Dump(nil)
}
