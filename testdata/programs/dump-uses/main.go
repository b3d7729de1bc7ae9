// SPDX-License-Identifier: Apache-2.0

// dump-uses has a cache that a global owns and that 20 goroutines merely
// use: each has the cache on its stack, and one request of its own.
package main

import (
	"runtime"
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type entry struct {
	next *entry
	data [30]uint64
}

type store struct {
	head *entry
	size int
}

type request struct {
	from *request
	data [5]uint64
}

const (
	users   = 20
	entries = 400
)

var (
	cache *store
	ready sync.WaitGroup
	never chan struct{}
)

//go:noinline
func newRequest() *request { return &request{} }

//go:noinline
func serve(c *store) {
	r := newRequest()
	ready.Done()
	<-never
	runtime.KeepAlive(r)
	runtime.KeepAlive(c)
}

func build() {
	cache = &store{size: entries}
	for i := 0; i < entries; i++ {
		cache.head = &entry{next: cache.head}
	}
	ready.Add(users)
	for i := 0; i < users; i++ {
		go serve(cache)
	}
	ready.Wait()
}

func main() {
	s := answer.New("dump-uses")
	answer.Build(build)
	all := answer.Of(entries, unsafe.Sizeof(entry{})).Plus(
		answer.Of(1, unsafe.Sizeof(store{})))
	c := answer.Global("cache", unsafe.Pointer(&cache))
	g := answer.Group(users, "serve")
	h := s.Holds(c, answer.Tally{})
	h.OwnedObjects, h.OwnedBytes = all.Objects, all.Bytes
	s.Holds(g, answer.Of(users, unsafe.Sizeof(request{}))).G = users
	s.Holds(answer.Shared(c, g), all)
	s.Dump(nil)
}
