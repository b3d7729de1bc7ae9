// SPDX-License-Identifier: Apache-2.0

// dump-waits parks a group of goroutines in each way that makes the runtime
// keep something for them: semaphores, condition variables, selects, timers,
// senders.  None of that may hold what the goroutines hold.
package main

import (
	"runtime"
	"sync"
	"time"
	"unsafe"

	"heapscope.example/answer"
)

type load struct {
	next *load
	data [8]uint64
}

type guarded struct {
	load  *load
	guard sync.Mutex
}

const (
	each = 12 // goroutines of a group
	per  = 3  // objects of each
)

var (
	ready   sync.WaitGroup
	locked  sync.Mutex
	readers sync.RWMutex
	group   sync.WaitGroup
	shared  = new(guarded)
	mutex   sync.Mutex
	cond    = sync.NewCond(&mutex)
	left    = make(chan int)
	right   = make(chan *load)
	full    = make(chan *load)
)

//go:noinline
func loads(n int) (head *load) {
	for i := 0; i < n; i++ {
		head = &load{next: head}
	}
	return head
}

//go:noinline
func onMutex(p *load) {
	ready.Done()
	locked.Lock()
	runtime.KeepAlive(p)
}

//go:noinline
func onReader(p *load) {
	ready.Done()
	readers.RLock()
	runtime.KeepAlive(p)
}

//go:noinline
func onGroup(p *load) {
	ready.Done()
	group.Wait()
	runtime.KeepAlive(p)
}

//go:noinline
func onShared(p *load) {
	g := shared
	ready.Done()
	g.guard.Lock()
	runtime.KeepAlive(p)
}

//go:noinline
func onCond(p *load) {
	mutex.Lock()
	ready.Done()
	cond.Wait()
	runtime.KeepAlive(p)
}

//go:noinline
func onSelect(p *load) {
	ready.Done()
	select {
	case <-left:
	case <-right:
	}
	runtime.KeepAlive(p)
}

//go:noinline
func onSleep(p *load) {
	ready.Done()
	time.Sleep(time.Hour)
	runtime.KeepAlive(p)
}

// onSend offers its load, which nobody takes.
//
//go:noinline
func onSend(p *load) {
	ready.Done()
	full <- p
	runtime.KeepAlive(p)
}

var functions = [...]func(*load){onMutex, onReader, onGroup, onShared, onCond,
	onSelect, onSleep, onSend}

func build() {
	locked.Lock()
	readers.Lock()
	group.Add(1)
	shared.load = loads(40)
	shared.guard.Lock()
	for _, f := range functions {
		ready.Add(each)
		for i := 0; i < each; i++ {
			go f(loads(per))
		}
	}
	ready.Wait()
}

func main() {
	s := answer.New("dump-waits")
	answer.Build(build)
	own := answer.Of(each*per, unsafe.Sizeof(load{}))
	for _, name := range []string{"onMutex", "onReader", "onGroup",
		"onShared", "onCond", "onSelect", "onSleep", "onSend"} {
		h := s.Holds(answer.Group(each, name), own)
		h.G, h.Sudog = each, each
		if name == "onSelect" {
			h.Sudog = 2 * each
		}
		if name == "onSleep" {
			h.Sudog = 0
		}
	}
	all := answer.Of(40, unsafe.Sizeof(load{})).Plus(
		answer.Of(1, unsafe.Sizeof(guarded{})))
	g := answer.Global("shared", unsafe.Pointer(&shared))
	h := s.Holds(g, answer.Tally{})
	h.OwnedObjects, h.OwnedBytes = all.Objects, all.Bytes
	s.Holds(answer.Shared(g, answer.Group(each, "onShared")), all)
	s.Notes = append(s.Notes, "a group's timers are held by the runtime too")
	s.Dump(nil)
}
