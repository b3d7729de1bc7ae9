// SPDX-License-Identifier: Apache-2.0

// dump-list holds lists by globals: a short one, one 200,000 deep, a ring
// around a sentinel, and a ring whose sentinel is the global itself.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type node struct {
	next  *node
	value uint64
}

type element struct {
	next, prev *element
	value      uint64
}

type holderOfRing struct {
	root *element
	len  int
}

var (
	short    *node
	deep     *node
	ring     *holderOfRing
	sentinel element
)

const (
	shortLen = 1000
	deepLen  = 200000
	ringLen  = 500
)

func chain(n int) (head *node) {
	for i := 0; i < n; i++ {
		head = &node{head, uint64(i)}
	}
	return head
}

func circle(root *element, n int) {
	root.next, root.prev = root, root
	for i := 0; i < n; i++ {
		e := &element{root, root.prev, uint64(i)}
		root.prev.next = e
		root.prev = e
	}
}

func build() {
	short = chain(shortLen)
	deep = chain(deepLen)
	ring = &holderOfRing{root: new(element), len: ringLen}
	circle(ring.root, ringLen)
	circle(&sentinel, ringLen)
}

func main() {
	s := answer.New("dump-list")
	answer.Build(build)
	var n node
	var e element
	s.Holds(answer.Global("short", unsafe.Pointer(&short)),
		answer.Of(shortLen, unsafe.Sizeof(n)))
	s.Holds(answer.Global("deep", unsafe.Pointer(&deep)),
		answer.Of(deepLen, unsafe.Sizeof(n)))
	s.Holds(answer.Global("ring", unsafe.Pointer(&ring)),
		answer.Of(ringLen+1, unsafe.Sizeof(e)).Plus(
			answer.Of(1, unsafe.Sizeof(*ring))))
	m := answer.Global("sentinel", unsafe.Pointer(&sentinel))
	m.Words = 2
	s.Holds(m, answer.Of(ringLen, unsafe.Sizeof(e))).Needs = "executable"
	s.Paths["main.deep"] = deepLen
	s.Dump(nil)
}
