// SPDX-License-Identifier: Apache-2.0

// dump-map holds 2,000 objects by a map of fixed size.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type session struct {
	user *session
	data [14]uint64
}

const entries = 2000

var sessions map[uintptr]*session

func build() {
	sessions = make(map[uintptr]*session, entries)
	for i := uintptr(0); i < entries; i++ {
		sessions[i] = &session{}
	}
}

// buckets is what a map of ENTRIES words to words costs until Go 1.23: its
// header, 512 buckets of eight with 32 to spare, and a word on those.
func buckets(word uintptr) answer.Tally {
	return answer.Of(1, 16+4*word).Plus(
		answer.Of(1, (512+32)*(8+16*word+word)), answer.Of(1, 3*word))
}

// groups is the same from Go 1.24 on: header, directory, four tables and
// for each 128 groups of eight.
func groups(word uintptr) answer.Tally {
	header := 24 + 3*word
	if word == 4 {
		header = 32
	}
	return answer.Of(1, header).Plus(answer.Of(1, 4*word),
		answer.Of(4, 16+2*word), answer.Of(4, 128*(8+16*word)))
}

func main() {
	s := answer.New("dump-map")
	answer.Build(build)
	word := unsafe.Sizeof(uintptr(0))
	own := buckets(word)
	if answer.Minor() >= 24 {
		own = groups(word)
	}
	s.Holds(answer.Global("sessions", unsafe.Pointer(&sessions)),
		answer.Of(entries, unsafe.Sizeof(session{})).Plus(own))
	s.Dump(nil)
}
