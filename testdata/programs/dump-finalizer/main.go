// SPDX-License-Identifier: Apache-2.0

// dump-finalizer has 50 objects that their own finalizer keeps alive, and
// ten with a finalizer that a global holds.
package main

import (
	"runtime"
	"unsafe"

	"heapscope.example/answer"
)

type self struct {
	me   *self
	data [7]uint64
}

type file struct {
	body *payload
	fd   int
}

type payload struct {
	next *payload
	data [24]uint64
}

var files *[10]*file

func forget(*self) {}

func closeFile(*file) {}

func build() {
	for i := 0; i < 50; i++ {
		s := &self{}
		s.me = s
		runtime.SetFinalizer(s, forget)
	}
	files = new([10]*file)
	for i := range files {
		f := &file{body: &payload{next: &payload{}}}
		runtime.SetFinalizer(f, closeFile)
		files[i] = f
	}
}

func main() {
	s := answer.New("dump-finalizer")
	answer.Build(build)
	g := answer.Global("files", unsafe.Pointer(&files))
	f := answer.Match{Kind: "finalizers"}
	s.Holds(g, answer.Of(10, unsafe.Sizeof(file{})).Plus(
		answer.Of(1, unsafe.Sizeof(*files))))
	s.Holds(f, answer.Of(50, unsafe.Sizeof(self{})))
	s.Holds(answer.Shared(g, f), answer.Of(20, unsafe.Sizeof(payload{})))
	s.Numbers["finalizer main.forget"] = 50
	s.Numbers["finalizer main.closeFile"] = 10
	s.Numbers["finalizer cycles"] = 50
	s.Dump(nil)
}
