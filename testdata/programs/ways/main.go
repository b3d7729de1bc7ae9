// SPDX-License-Identifier: Apache-2.0

// ways has what a path to an object may lead through beside fields and
// entries: deferred calls, keys of maps, channels side by side, and holders of
// one type of which one has much more.
//
//	ways DUMP
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

// Cell is held by few, which is near, and by many.
type Cell struct{ words [8]int }

// Guard is held by a deferred call of each goroutine alone.
type Guard struct{ words [40]int }

// Box is what an interface has a copy of.
type Box struct{ text []string }

// Hub has channels of one size and of four types.
type Hub struct {
	cells  chan *Cell
	guards chan int
	boxes  chan []Box
	stop   chan struct{}
	next   *Hub
}

// Subscriber is but a key.
type Subscriber struct{ words [20]int }

// Row is in a sync.Map.
type Row struct{ words [50]int }

// Note has a map that another one has, too.
type Note struct{ meta map[int]int }

type shelf struct {
	rows map[int][]*Cell
}

type registry struct {
	subscribers map[*Subscriber]bool
}

var (
	few   *Cell
	many  = &shelf{rows: map[int][]*Cell{}}
	hub   = &Hub{next: &Hub{}}
	hubs  = map[string]*Hub{}
	known = &registry{subscribers: map[*Subscriber]bool{}}
	boxed = map[string]any{}
	table struct{ rows sync.Map }
	noteA = &Note{map[int]int{}}
	noteB *Note
	index *map[int]*[9]int
	park  = make(chan int)
)

//go:noinline
func wait(ready chan bool) {
	ready <- true
	<-park
}

// Two groups with one function of this program innermost.
//
//go:noinline
func first(ready chan bool) { wait(ready) }

//go:noinline
func second(ready chan bool) { wait(ready) }

func release(g *Guard) { g.words[0]++ }

// A deferred call in a loop is kept apart from the frame.
//
//go:noinline
func guarded(ready chan bool) {
	for i := 0; i < 3; i++ {
		g := new(Guard)
		defer func() { release(g) }()
	}
	ready <- true
	<-hub.stop
}

//go:noinline
func fill() {
	few = new(Cell)
	for i := 0; i < 50; i++ {
		many.rows[i] = []*Cell{new(Cell), new(Cell)}
		known.subscribers[new(Subscriber)] = true
	}
	h := &Hub{make(chan *Cell, 1), make(chan int), make(chan []Box, 1), make(chan struct{}), nil}
	hub.stop = h.stop
	h.boxes <- []Box{{text: []string{"a text that is in the heap"}}}
	hubs["hub"] = h
	for i := 0; i < 20; i++ {
		table.rows.Store(i, new(Row))
		table.rows.Load(i)
	}
	for i := 0; i < 40; i++ {
		noteA.meta[i] = i
	}
	noteB = &Note{noteA.meta}
	index = &map[int]*[9]int{1: new([9]int)}
	boxed["box"] = []Box{{text: make([]string, 30)}}
}

func main() {
	fill()
	ready := make(chan bool)
	for i := 0; i < 4; i++ {
		for _, f := range []func(chan bool){first, second, guarded} {
			go f(ready)
			<-ready
		}
	}
	for i := 0; i < 5; i++ {
		runtime.Gosched()
	}
	runtime.GC()
	runtime.GC()
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(file.Fd())
	runtime.KeepAlive(park)
}
