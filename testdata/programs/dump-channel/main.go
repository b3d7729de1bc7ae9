// SPDX-License-Identifier: Apache-2.0

// dump-channel holds objects in the buffers of channels that globals hold:
// pointers, structs with pointers, and plain numbers.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type job struct {
	next *job
	data [10]uint64
}

type envelope struct {
	number uint64
	job    *job
}

var (
	pointers  chan *job
	envelopes chan envelope
	numbers   chan uint64
)

func jobs(n int) (head *job) {
	for i := 0; i < n; i++ {
		head = &job{next: head}
	}
	return head
}

func build() {
	pointers = make(chan *job, 64)
	envelopes = make(chan envelope, 200)
	numbers = make(chan uint64, 1000)
	for i := 0; i < 60; i++ {
		pointers <- jobs(2)
	}
	for i := 0; i < 150; i++ {
		envelopes <- envelope{uint64(i), jobs(1)}
		numbers <- uint64(i)
	}
}

func main() {
	s := answer.New("dump-channel")
	answer.Build(build)
	word := unsafe.Sizeof(uintptr(0))
	// The runtime's hchan; numbers lie behind it in the same slot.
	hchan := uintptr(96)
	if answer.Minor() >= 23 {
		hchan += 8 // timer
	}
	if answer.Minor() >= 25 {
		hchan += 8 // bubble
	}
	if word == 4 {
		hchan = 64
	}
	s.Holds(answer.Global("pointers", unsafe.Pointer(&pointers)),
		answer.Of(120, unsafe.Sizeof(job{})).Plus(
			answer.Of(1, hchan), answer.Of(1, 64*word)))
	s.Holds(answer.Global("envelopes", unsafe.Pointer(&envelopes)),
		answer.Of(150, unsafe.Sizeof(job{})).Plus(answer.Of(1, hchan),
			answer.Of(1, 200*unsafe.Sizeof(envelope{}))))
	s.Holds(answer.Global("numbers", unsafe.Pointer(&numbers)),
		answer.Flat(1, hchan+8000))
	s.Dump(nil)
}
