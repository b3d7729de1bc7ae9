// SPDX-License-Identifier: Apache-2.0

// dump-goroutines parks two groups of goroutines that hold objects on their
// stacks, and one whose objects hang on a channel that only it knows.
package main

import (
	"runtime"
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type load struct {
	next *load
	data [12]uint64
}

const (
	workers  = 100
	perWork  = 10
	waiters  = 30
	perWait  = 3
	posters  = 20
	buffered = 4
)

var (
	ready sync.WaitGroup
	never chan struct{} // nil: a receive parks for ever, without a sudog
	quit  = make(chan int)
)

//go:noinline
func loads(n int) (head *load) {
	for i := 0; i < n; i++ {
		head = &load{next: head}
	}
	return head
}

// parked waits in a runtime frame that keeps no sudog.
//
//go:noinline
func worker(n int) {
	p := loads(n)
	ready.Done()
	<-never
	runtime.KeepAlive(p)
}

// waiter waits on a channel, so the runtime keeps a sudog for each.
//
//go:noinline
func waiter(n int) {
	p := loads(n)
	ready.Done()
	<-quit
	runtime.KeepAlive(p)
}

// poster holds its objects only through a channel's buffer.
//
//go:noinline
func poster(n int) {
	c := make(chan *load, n)
	for i := 0; i < n; i++ {
		c <- loads(1)
	}
	ready.Done()
	<-never
	runtime.KeepAlive(c)
}

func start(n int, f func(int), arg int) {
	ready.Add(n)
	for i := 0; i < n; i++ {
		go f(arg)
	}
}

func build() {
	start(workers, worker, perWork)
	start(waiters, waiter, perWait)
	start(posters, poster, buffered)
	ready.Wait()
}

func main() {
	s := answer.New("dump-goroutines")
	answer.Build(build)
	size := unsafe.Sizeof(load{})
	// A channel of pointers is one hchan and, apart, its buffer.
	hchan := uintptr(96)
	if answer.Minor() >= 23 {
		hchan += 16
	}
	if unsafe.Sizeof(uintptr(0)) == 4 {
		hchan = 64
	}
	s.Holds(answer.Group(workers, "worker"),
		answer.Of(workers*perWork, size)).G = workers
	h := s.Holds(answer.Group(waiters, "waiter"),
		answer.Of(waiters*perWait, size))
	h.G, h.Sudog = waiters, waiters
	s.Holds(answer.Group(posters, "poster"),
		answer.Of(posters*buffered, size).Plus(
			answer.Of(posters, hchan),
			answer.Of(posters, buffered*unsafe.Sizeof(uintptr(0))))).G = posters
	s.Notes = append(s.Notes,
		"quit's channel is held by main.quit and by the waiters together")
	s.Dump(nil)
}
