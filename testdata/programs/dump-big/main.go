// SPDX-License-Identifier: Apache-2.0

// dump-big holds objects above 32 KiB, with and without pointers, and the
// sizes around the border.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type leaf struct {
	next *leaf
	data [2]uint64
}

var (
	flat  *[6]*byte
	sizes = [...]int{32752, 32760, 32761, 32768, 32769, 100000}
	wide  **leaf
	edges *[4][]*leaf
	edgeN = [...]int{4094, 4095, 4096, 4097}
)

func build() {
	flat = new([6]*byte)
	for i, n := range sizes {
		flat[i] = &make([]byte, n)[n-1]
	}
	big := make([]*leaf, 20000)
	for i := range big {
		if i%7 == 0 {
			big[i] = &leaf{}
		}
	}
	wide = &big[19999]
	edges = new([4][]*leaf)
	for i, n := range edgeN {
		edges[i] = make([]*leaf, n)
		edges[i][n-1] = &leaf{next: &leaf{}}
	}
}

func main() {
	s := answer.New("dump-big")
	answer.Build(build)
	word := unsafe.Sizeof(uintptr(0))
	own := answer.Of(1, unsafe.Sizeof(*flat))
	for _, n := range sizes {
		own = own.Plus(answer.Flat(1, uintptr(n)))
	}
	s.Holds(answer.Global("flat", unsafe.Pointer(&flat)), own)
	s.Holds(answer.Global("wide", unsafe.Pointer(&wide)),
		answer.Of(1, 20000*word).Plus(
			answer.Of((20000+6)/7, unsafe.Sizeof(leaf{}))))
	own = answer.Of(1, unsafe.Sizeof(*edges)).Plus(
		answer.Of(8, unsafe.Sizeof(leaf{})))
	for _, n := range edgeN {
		own = own.Plus(answer.Of(1, uintptr(n)*word))
	}
	s.Holds(answer.Global("edges", unsafe.Pointer(&edges)), own)
	s.Dump(nil)
}
