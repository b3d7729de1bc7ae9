// SPDX-License-Identifier: Apache-2.0

// dump-static reaches its heap through an unnamed static temporary, which is
// what the compiler makes of a global initialised with &T{...}.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type entry struct {
	next *entry
	data [6]uint64
}

type lru struct {
	limit   int
	head    *entry
	index   []*entry
	nested  *lru
	counter [4]int
}

var cache = &lru{limit: 10, nested: &lru{limit: 20}}

type box struct{ head *entry }

// The static temporary behind one has a single word, the heap's.
var one = &box{}

var table = []*entry{{data: [6]uint64{1}}, {data: [6]uint64{2}}}

func chain(n int) (head *entry) {
	for i := 0; i < n; i++ {
		head = &entry{next: head}
	}
	return head
}

func build() {
	one.head = chain(17)
	cache.head = chain(100)
	cache.index = make([]*entry, 40)
	for i := range cache.index {
		cache.index[i] = chain(1)
	}
	cache.nested.head = chain(30)
	table[0].next = chain(12)
	table[1].next = chain(13)
}

func main() {
	s := answer.New("dump-static")
	answer.Build(build)
	of := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(entry{}))
	}
	s.Holds(answer.Global("one", unsafe.Pointer(&one)).With(
		unsafe.Pointer(one), unsafe.Sizeof(*one)), of(17))
	// Where these end, only symbols tell.
	c := answer.Global("cache", unsafe.Pointer(&cache)).With(
		unsafe.Pointer(cache), unsafe.Sizeof(*cache)).With(
		unsafe.Pointer(cache.nested), unsafe.Sizeof(*cache))
	s.Holds(c, of(100+40+30).Plus(
		answer.Of(1, 40*unsafe.Sizeof(cache)))).Needs = "executable"
	t := answer.Global("table", unsafe.Pointer(&table)).With(
		unsafe.Pointer(&table[0]), 2*unsafe.Sizeof(table[0]))
	for _, e := range table {
		t = t.With(unsafe.Pointer(e), unsafe.Sizeof(*e))
	}
	s.Holds(t, of(25)).Needs = "executable"
	s.Dump(nil)
}
