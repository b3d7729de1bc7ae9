// SPDX-License-Identifier: Apache-2.0

// dump-stackobj holds objects only by a struct on a stack whose address is
// taken: the dump has the frame's bytes, and no pointer slot for them.
package main

import (
	"runtime"
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type item struct {
	next *item
	data [9]uint64
}

type local struct {
	count       int
	one, two    *item
	more        [3]*item
	numbers     [4]uint64
	self, other *local
}

var (
	ready sync.WaitGroup
	never chan struct{}
)

//go:noinline
func items(n int) (head *item) {
	for i := 0; i < n; i++ {
		head = &item{next: head}
	}
	return head
}

//go:noinline
func park(l *local) int {
	ready.Done()
	<-never
	return l.count
}

//go:noinline
func owner() {
	var l local
	l.one, l.two = items(5), items(6)
	for i := range l.more {
		l.more[i] = items(2)
	}
	l.count = park(&l)
	runtime.KeepAlive(l.one)
}

func build() {
	ready.Add(8)
	for i := 0; i < 8; i++ {
		go owner()
	}
	ready.Wait()
}

func main() {
	s := answer.New("dump-stackobj")
	answer.Build(build)
	s.Holds(answer.Group(8, "park", "owner"),
		answer.Of(8*(5+6+3*2), unsafe.Sizeof(item{}))).G = 8
	s.Dump(nil)
}
