// SPDX-License-Identifier: Apache-2.0

// dump-closure holds objects by what closures captured.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type blob struct {
	next *blob
	data [20]uint64
}

var (
	handler  func() uint64
	handlers *[16]func() uint64
)

//go:noinline
func blobs(n int) (head *blob) {
	for i := 0; i < n; i++ {
		head = &blob{next: head}
	}
	return head
}

//go:noinline
func capture(b *blob, n uint64) func() uint64 {
	return func() uint64 { return b.data[0] + n }
}

func build() {
	handler = capture(blobs(9), 1)
	handlers = new([16]func() uint64)
	for i := range handlers {
		handlers[i] = capture(blobs(3), uint64(i))
	}
}

func main() {
	s := answer.New("dump-closure")
	answer.Build(build)
	// A closure is its code's address and the captured variables.
	var shape struct {
		code uintptr
		b    *blob
		n    uint64
	}
	closure := unsafe.Sizeof(shape)
	s.Holds(answer.Global("handler", unsafe.Pointer(&handler)),
		answer.Of(9, unsafe.Sizeof(blob{})).Plus(answer.Of(1, closure)))
	s.Holds(answer.Global("handlers", unsafe.Pointer(&handlers)),
		answer.Of(48, unsafe.Sizeof(blob{})).Plus(
			answer.Of(16, closure), answer.Of(1, unsafe.Sizeof(*handlers))))
	s.Dump(nil)
}
