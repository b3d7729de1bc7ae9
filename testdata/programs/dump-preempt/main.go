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
	each     = 6
	lists    = 18
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
func bundle() *[lists]*load {
	b := new([lists]*load)
	for i := range b {
		b[i] = loads(each)
	}
	return b
}

//go:noinline
func spin() {
	// More pointers than registers, and no call after they were loaded: some
	// are spilled to words of the frame that no map lists.
	b := bundle()
	p0, p1, p2, p3, p4, p5 := b[0], b[1], b[2], b[3], b[4], b[5]
	p6, p7, p8, p9, pa, pb := b[6], b[7], b[8], b[9], b[10], b[11]
	pc, pd, pe, pf, pg, ph := b[12], b[13], b[14], b[15], b[16], b[17]
	atomic.AddUint64(&running, 1)
	var n uint64
	for atomic.LoadUint64(&stop) == 0 {
		n += p0.data[n%36] ^ n
	}
	atomic.AddUint64(&sum, n)
	for _, l := range []*load{p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb,
		pc, pd, pe, pf, pg, ph} {
		runtime.KeepAlive(l)
	}
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
	s.Holds(answer.Group(spinners, "spin"), answer.Of(spinners*lists*each,
		unsafe.Sizeof(load{}))).G = spinners
	s.Dump(nil)
}
