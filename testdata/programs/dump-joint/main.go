// SPDX-License-Identifier: Apache-2.0

// dump-joint has most of its heap in one cache that lists everything twice, as
// a cache with a map and a list does: two words of one unnamed static value
// hold many parts together, none of which is large.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type page struct {
	key  int
	body *[4096]byte
}

type pages struct {
	limit int
	byKey []*page
	byAge []*page
}

const count = 300

var cache = &pages{limit: count}

func build() {
	cache.byKey = make([]*page, count)
	cache.byAge = make([]*page, count)
	for i := 0; i < count; i++ {
		p := &page{i, new([4096]byte)}
		cache.byKey[i] = p
		cache.byAge[count-1-i] = p
	}
}

func main() {
	s := answer.New("dump-joint")
	answer.Build(build)
	key := answer.Global("cache.byKey", unsafe.Pointer(&cache.byKey))
	age := answer.Global("cache.byAge", unsafe.Pointer(&cache.byAge))
	index := answer.Of(1, count*unsafe.Sizeof(cache))
	s.Holds(key, index)
	s.Holds(age, index)
	s.Holds(answer.Shared(key, age),
		answer.Of(count, unsafe.Sizeof(page{})).Plus(
			answer.Flat(count, 4096)))
	s.Dump(nil)
}
