// SPDX-License-Identifier: Apache-2.0

// dump-finalizer has 50 objects that their own finalizer keeps alive through
// a second one, and ten with a finalizer that a global holds.  Objects that
// only point to themselves are no such cycle: the collector skips that word.
package main

import (
	"runtime"
	"unsafe"

	"heapscope.example/answer"
)

type owner struct {
	part *part
	data [7]uint64
}

type part struct {
	whole *owner
	data  [3]uint64
}

type self struct {
	me   *self
	data [25]uint64
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

func forget(*owner) {}

func never(*self) {}

func closeFile(*file) {}

func build() {
	for i := 0; i < 50; i++ {
		o := &owner{part: &part{}}
		o.part.whole = o
		runtime.SetFinalizer(o, forget)
		s := &self{}
		s.me = s
		runtime.SetFinalizer(s, never)
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
	s.Holds(f, answer.Of(50, unsafe.Sizeof(owner{})).Plus(
		answer.Of(50, unsafe.Sizeof(part{}))))
	s.Holds(answer.Shared(g, f), answer.Of(20, unsafe.Sizeof(payload{})))
	s.Numbers["finalizer main.forget"] = 50
	s.Numbers["finalizer main.closeFile"] = 10
	s.Numbers["finalizer main.never"] = 0
	s.Numbers["finalizer cycles"] = 50
	s.Dump(nil)
}
