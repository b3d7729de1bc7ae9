// SPDX-License-Identifier: Apache-2.0

// dump-grow dumps its heap at three moments, and knows what each variable
// holds at each of them: one that grows in every step, one that grows at the
// end only, one that is replaced by as much, one that shrinks, one that is let
// go, one that appears, two that share what they hold, and goroutines that
// pile up.
//
// DUMP is the last moment; the earlier ones stand beside it with -1 and -2
// before the extension.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"unsafe"

	"heapscope.example/answer"
)

// Every allocation is a sample, so that sites are as exact as the rest.
func init() { runtime.MemProfileRate = 1 }

type entry struct {
	key  uint64
	next *entry
	body *[200]byte
}

type page struct {
	words [96]uint64
	back  *page
}

var (
	sessions *entry      // 100, 150, 250 entries with bodies
	late     *page       // 10, 10, 40 pages
	replaced *entry      // 50 entries, all of them new at the last moment
	fading   *page       // 30, 20, 10 pages
	dropped  *[9000]byte // there, there, gone
	appeared *[3000]byte // not there, there, there
	left     *page       // both have the same 5, 5, 25 pages
	right    *page
	freed    *[1200]byte // never set
	release  = make(chan struct{})
)

//go:noinline
func addEntries(list **entry, n int) {
	for i := 0; i < n; i++ {
		*list = &entry{key: uint64(i), next: *list, body: new([200]byte)}
	}
}

//go:noinline
func addPages(list **page, n int) {
	for i := 0; i < n; i++ {
		*list = &page{back: *list}
	}
}

func cutPages(list *page, n int) {
	for ; n > 1; n-- {
		list = list.back
	}
	list.back = nil
}

//go:noinline
func waitWith(body *[1200]byte) {
	<-release
	freed = body
}

//go:noinline
func pile(n int) {
	for i := 0; i < n; i++ {
		body := new([1200]byte)
		go waitWith(body)
	}
}

// The number of things that each holds at moment 0, 1, 2.
var counts = map[string][3]int{
	"sessions":  {100, 150, 250},
	"late":      {10, 10, 40},
	"replaced":  {50, 50, 50},
	"fading":    {30, 20, 10},
	"dropped":   {1, 1, 0},
	"appeared":  {0, 1, 1},
	"shared":    {5, 5, 25},
	"waitWith":  {3, 3, 9},
	"fresh":     {0, 50, 100}, // of sessions, since the moment before
	"exchanged": {0, 0, 50},   // of replaced
}

var moments = [3]func(){
	func() {
		addEntries(&sessions, 100)
		addPages(&late, 10)
		addEntries(&replaced, 50)
		addPages(&fading, 30)
		dropped = new([9000]byte)
		addPages(&left, 5)
		right = left
		pile(3)
	},
	func() {
		addEntries(&sessions, 50)
		cutPages(fading, 20)
		appeared = new([3000]byte)
	},
	func() {
		addEntries(&sessions, 100)
		addPages(&late, 30)
		var other *entry
		addEntries(&other, 50)
		replaced = other
		cutPages(fading, 10)
		dropped = nil
		addPages(&left, 20)
		right = left
		pile(6)
	},
}

func dumpTo(path string) {
	out, err := os.Create(path)
	if err == nil {
		for i := 0; i < 3; i++ {
			runtime.GC()
			answer.Settle()
		}
		debug.WriteHeapDump(out.Fd())
		err = out.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	s := answer.New("dump-grow")
	for i, build := range moments[:2] {
		answer.Build(build)
		answer.Settle()
		dumpTo(fmt.Sprintf("%s-%d.dump",
			strings.TrimSuffix(os.Args[1], ".dump"), i+1))
	}
	answer.Build(moments[2])
	for name, list := range counts {
		for i, n := range list {
			s.Numbers[fmt.Sprintf("%s-%d", name, i+1)] = n
		}
	}
	entries := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(entry{})).Plus(answer.Flat(n, 200))
	}
	pages := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(page{}))
	}
	s.Holds(answer.Global("sessions", unsafe.Pointer(&sessions)), entries(250))
	s.Holds(answer.Global("late", unsafe.Pointer(&late)), pages(40))
	s.Holds(answer.Global("replaced", unsafe.Pointer(&replaced)), entries(50))
	s.Holds(answer.Global("fading", unsafe.Pointer(&fading)), pages(10))
	s.Holds(answer.Global("appeared", unsafe.Pointer(&appeared)),
		answer.Flat(1, 3000))
	s.Holds(answer.Shared(answer.Global("left", unsafe.Pointer(&left)),
		answer.Global("right", unsafe.Pointer(&right))), pages(25))
	h := s.Holds(answer.Group(9, "waitWith"), answer.Flat(9, 1200))
	h.G, h.Sudog = 9, 9
	s.Objects["dropped"] = answer.Addr(unsafe.Pointer(&dropped))
	s.Dump(nil)
	runtime.KeepAlive(release)
}
