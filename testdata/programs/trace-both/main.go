// SPDX-License-Identifier: Apache-2.0

// trace-both writes a trace of itself and then a heap dump, beside it: its
// goroutines that wait for ever hold pages, and its objects are of known types.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"heapscope.example/traceanswer"
)

type Session struct {
	next *Session
	data [7]uint64
} // 64

type Page [1024]byte

const (
	sessions = 200
	waiting  = 25
)

var (
	nobody = make(chan int)
	list   *Session
)

func wait(page *Page) {
	<-nobody
	runtime.KeepAlive(page)
}

//go:noinline
func newPage() *Page { return new(Page) }

func serve() { wait(newPage()) }

func build() {
	for i := 0; i < sessions; i++ {
		list = &Session{next: list}
	}
}

func main() {
	s := answer.New("trace-both")
	dump, err := os.Create(strings.TrimSuffix(os.Args[1], ".trace") + ".dump")
	if err != nil {
		panic(err)
	}
	s.Start()
	done := make(chan int)
	go func() {
		build()
		close(done)
	}()
	<-done
	for i := 0; i < waiting; i++ {
		go serve()
	}
	answer.Settle()
	s.GC()
	s.GC()
	s.Groups = append(s.Groups, answer.Group{Function: "main.serve",
		Started: waiting, Alive: waiting, Reason: "chan receive",
		Where: "main.wait", CreatedBy: "main.main"})
	s.Types = []answer.Type{{Type: "main.Session", Objects: sessions,
		Bytes: 64 * sessions},
		{Type: "main.Page", Objects: waiting, Bytes: 1024 * waiting}}
	s.Stop()
	debug.WriteHeapDump(dump.Fd())
	dump.Close()
}
