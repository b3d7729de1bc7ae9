// SPDX-License-Identifier: Apache-2.0

// dump-slices holds slices of pointers from 1 to 4,000 elements: each size
// class, with and without a malloc header, and large spans.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type item struct {
	value uint64
	next  *item
}

type wide struct {
	name  *item
	pad   [3]uint64
	other *item
}

var (
	lengths = [...]int{1, 2, 3, 5, 8, 16, 31, 32, 63, 64, 65, 100, 127, 128,
		129, 200, 255, 256, 400, 511, 512, 700, 1000, 1023, 1024, 1500, 2000,
		2048, 3000, 4000}
	slices  *[len(lengths)][]*item
	structs *[len(lengths)][]wide
)

func build() {
	slices = new([len(lengths)][]*item)
	structs = new([len(lengths)][]wide)
	for i, n := range lengths {
		slices[i] = make([]*item, n)
		for j := range slices[i] {
			slices[i][j] = &item{value: uint64(j)}
		}
		structs[i] = make([]wide, n)
		for j := range structs[i] {
			structs[i][j].other = &item{value: uint64(j)}
		}
	}
}

func main() {
	s := answer.New("dump-slices")
	answer.Build(build)
	word := unsafe.Sizeof(uintptr(0))
	a := answer.Of(1, unsafe.Sizeof(*slices))
	b := answer.Of(1, unsafe.Sizeof(*structs))
	for _, n := range lengths {
		items := answer.Of(n, unsafe.Sizeof(item{}))
		a = a.Plus(answer.Of(1, uintptr(n)*word), items)
		b = b.Plus(answer.Of(1, uintptr(n)*unsafe.Sizeof(wide{})), items)
	}
	s.Holds(answer.Global("slices", unsafe.Pointer(&slices)), a)
	s.Holds(answer.Global("structs", unsafe.Pointer(&structs)), b)
	s.Dump(nil)
}
