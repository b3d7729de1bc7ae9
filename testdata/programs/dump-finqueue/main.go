// SPDX-License-Identifier: Apache-2.0

// dump-finqueue has a finalizer that never returns and a queue behind it.
package main

import (
	"runtime"
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type conn struct {
	buffer *[200]byte
	id     int
}

const queued = 25

var (
	stuckOnce sync.Once
	stuck     = make(chan struct{})
	never     chan struct{}
)

// finish blocks in its first call, so every other object stays queued.
func finish(c *conn) {
	stuckOnce.Do(func() { close(stuck) })
	<-never
	runtime.KeepAlive(c)
}

func build() {
	for i := 0; i < queued; i++ {
		c := &conn{buffer: new([200]byte), id: i}
		runtime.SetFinalizer(c, finish)
	}
}

func main() {
	s := answer.New("dump-finqueue")
	answer.Build(build)
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	<-stuck
	one := answer.Of(1, unsafe.Sizeof(conn{})).Plus(answer.Flat(1, 200))
	var all answer.Tally
	for i := 0; i < queued-1; i++ {
		all = all.Plus(one)
	}
	s.Holds(answer.Match{Kind: "finalizers"}, all)
	s.Numbers["queued main.finish"] = queued
	s.Notes = append(s.Notes, "the one whose finalizer runs is held by the"+
		" finalizer goroutine's frame and by the queue together")
	s.Dump(nil)
}
