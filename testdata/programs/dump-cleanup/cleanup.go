// SPDX-License-Identifier: Apache-2.0

//go:build go1.24

package main

import (
	"runtime"
	"unsafe"
	"weak"

	"heapscope.example/answer"
)

type handle struct {
	next *handle
	data [5]uint64
}

type resource struct {
	next *resource
	data [17]uint64
}

const guarded = 40

var (
	handles *handle
	strong  *resource
	weaks   *[10]weak.Pointer[resource]
)

func release(*resource) {}

func build() {
	for i := 0; i < guarded; i++ {
		handles = &handle{next: handles}
		runtime.AddCleanup(handles, release, &resource{})
	}
	weaks = new([10]weak.Pointer[resource])
	for i := range weaks {
		strong = &resource{next: strong}
		weaks[i] = weak.Make(strong)
	}
}

func fill(s *answer.Sheet) func() {
	answer.Build(build)
	size := unsafe.Sizeof(resource{})
	s.Holds(answer.Global("handles", unsafe.Pointer(&handles)),
		answer.Of(guarded, unsafe.Sizeof(handle{})))
	s.Holds(answer.Global("strong", unsafe.Pointer(&strong)),
		answer.Of(10, size))
	s.Numbers["cleanups"] = guarded
	s.Numbers["weak pointers"] = 10

	// What the runtime keeps for a cleanup whose argument is a pointer.
	word := unsafe.Sizeof(uintptr(0))
	own := answer.Of(guarded, size).Plus(answer.Of(guarded, word))
	switch {
	case answer.Minor() >= 26: // a function value with its dictionary
		own = own.Plus(answer.Of(guarded, 2*word))
	case answer.Minor() == 25: // a closure and two boxes
		own = own.Plus(answer.Of(guarded, word))
		fallthrough
	default:
		own = own.Plus(answer.Of(guarded, 4*word))
	}
	s.Holds(answer.Match{Kind: "cleanups"}, own).Slack = 16
	s.Notes = append(s.Notes, "cleanups and unreachable together, where one"+
		" cannot be told from the other")
	return nil
}
