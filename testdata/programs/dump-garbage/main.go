// SPDX-License-Identifier: Apache-2.0

// dump-garbage leaves 1,000 objects behind, in chains and rings, after the
// last collection, beside a list that lives.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type node struct {
	next *node
	data [99]uint64
}

var kept *node

//go:noinline
func litter() {
	for i := 0; i < 100; i++ {
		first := &node{}
		last := first
		for j := 0; j < 9; j++ {
			last.next = &node{}
			last = last.next
		}
		if i%2 == 0 {
			last.next = first
		}
	}
}

func build() {
	for i := 0; i < 10; i++ {
		kept = &node{next: kept}
	}
}

func main() {
	s := answer.New("dump-garbage")
	answer.Build(build)
	size := unsafe.Sizeof(node{})
	s.Holds(answer.Global("kept", unsafe.Pointer(&kept)), answer.Of(10, size))
	s.Holds(answer.Match{Kind: "unreachable"},
		answer.Of(1000, size)).Slack = 64
	s.Dump(func() { answer.Build(litter) })
}
