// SPDX-License-Identifier: Apache-2.0

// dump-shared has lists that two, three and more holders know, through a
// pointer of their own, through a goroutine and through nested objects.
package main

import (
	"runtime"
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type node struct {
	next  *node
	value [3]uint64
}

type box struct {
	pad   [5]uint64
	inner *box
	list  *node
}

var (
	left, right         *node
	first, second, last *node
	outer, other        *box
	known               *node
	ready               sync.WaitGroup
	never               chan struct{}
)

func chain(n int) (head *node) {
	for i := 0; i < n; i++ {
		head = &node{next: head}
	}
	return head
}

func tail(n int, end *node) *node {
	head := end
	for i := 0; i < n; i++ {
		head = &node{next: head}
	}
	return head
}

//go:noinline
func holder(p *node) {
	ready.Done()
	<-never
	runtime.KeepAlive(p)
}

func build() {
	both := chain(40)
	left, right = tail(7, both), tail(5, both)

	three := chain(33)
	two := tail(11, three)
	first, second, last = tail(1, two), tail(2, two), tail(3, three)

	deep := chain(21)
	outer = &box{inner: &box{inner: &box{list: deep}}}
	other = &box{inner: &box{list: deep}}

	known = chain(64)
	ready.Add(1)
	go holder(known)
	ready.Wait()
}

func main() {
	s := answer.New("dump-shared")
	answer.Build(build)
	of := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(node{}))
	}
	boxes := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(box{}))
	}
	l := answer.Global("left", unsafe.Pointer(&left))
	r := answer.Global("right", unsafe.Pointer(&right))
	s.Holds(l, of(7))
	s.Holds(r, of(5))
	s.Holds(answer.Shared(l, r), of(40))

	a := answer.Global("first", unsafe.Pointer(&first))
	b := answer.Global("second", unsafe.Pointer(&second))
	c := answer.Global("last", unsafe.Pointer(&last))
	s.Holds(a, of(1))
	s.Holds(b, of(2))
	s.Holds(c, of(3))
	s.Holds(answer.Shared(a, b), of(11))
	s.Holds(answer.Shared(a, b, c), of(33))

	o := answer.Global("outer", unsafe.Pointer(&outer))
	t := answer.Global("other", unsafe.Pointer(&other))
	s.Holds(o, boxes(3))
	s.Holds(t, boxes(2))
	s.Holds(answer.Shared(o, t), of(21))

	k := answer.Global("known", unsafe.Pointer(&known))
	g := answer.Group(1, "holder")
	h := s.Holds(k, of(0))
	h.OwnedObjects, h.OwnedBytes = of(64).Objects, of(64).Bytes
	s.Holds(g, of(0)).G = 1
	s.Holds(answer.Shared(k, g), of(64))
	s.Dump(nil)
}
