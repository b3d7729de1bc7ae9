// SPDX-License-Identifier: Apache-2.0

// dump-tiny holds objects by pointers into their middle: strings that share
// a substring's array, elements of arrays of structs, and tiny objects.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type point struct {
	x, y uint64
	peer *uint64
}

var (
	middle  *uint64
	field   **uint64
	suffix  *string
	strings *[300]string
)

func text(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return string(b)
}

func build() {
	middle = &make([]uint64, 2000)[1234]
	points := make([]point, 400)
	for i := range points {
		points[i].peer = &make([]uint64, 4)[3]
	}
	field = &points[399].peer
	long := text(5000)
	suffix = new(string)
	*suffix = long[4321:]
	strings = new([300]string)
	for i := range strings {
		strings[i] = text(16 + i)
	}
}

func main() {
	s := answer.New("dump-tiny")
	answer.Build(build)
	s.Holds(answer.Global("middle", unsafe.Pointer(&middle)),
		answer.Flat(1, 16000))
	s.Holds(answer.Global("field", unsafe.Pointer(&field)),
		answer.Of(1, 400*unsafe.Sizeof(point{})).Plus(answer.Flat(400, 32)))
	s.Holds(answer.Global("suffix", unsafe.Pointer(&suffix)),
		answer.Of(1, unsafe.Sizeof(*suffix)).Plus(answer.Flat(1, 5000)))
	own := answer.Of(1, unsafe.Sizeof(*strings))
	for i := range strings {
		own = own.Plus(answer.Flat(1, uintptr(16+i)))
	}
	s.Holds(answer.Global("strings", unsafe.Pointer(&strings)), own)
	s.Dump(nil)
}
