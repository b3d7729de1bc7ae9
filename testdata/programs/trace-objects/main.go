// SPDX-License-Identifier: Apache-2.0

// trace-objects allocates, keeps some of it and lets the rest go; to be run
// with GODEBUG=traceallocfree=1, from Go 1.23 on.
package main

import (
	"runtime"

	"heapscope.example/traceanswer"
)

// Sizes that are slots as they are, but for Record: 520 bytes and a header.
type Session struct {
	next *Session
	data [7]uint64
}                                     // 64
type Node struct{ left, right *Node } // 16
type Record struct {
	owner *Session
	body  [512]byte
} // 520, in a slot of 576
type Page [32 << 10]byte

var (
	sessions []*Session
	nodes    *Node
	records  []*Record
	pages    []*Page
)

const (
	keptSessions = 1200
	keptNodes    = 300
	keptRecords  = 50
	keptPages    = 400
	lost         = 700
)

var sink *Session

func lose(n int) {
	for i := 0; i < n; i++ {
		sink = &Session{}
	}
	sink = nil
}

func keepSome(part, parts int) {
	for i := 0; i < keptSessions/parts; i++ {
		sessions = append(sessions, &Session{})
	}
	for i := 0; i < keptNodes/parts; i++ {
		nodes = &Node{left: nodes}
	}
	for i := 0; i < keptRecords/parts; i++ {
		records = append(records, &Record{})
	}
	for i := 0; i < keptPages/parts; i++ {
		pages = append(pages, new(Page))
	}
}

func main() {
	s := answer.New("trace-objects")
	sessions = make([]*Session, 0, keptSessions)
	records = make([]*Record, 0, keptRecords)
	pages = make([]*Page, 0, keptPages)
	runtime.GC()
	s.Start()
	const parts = 5
	for i := 0; i < parts; i++ {
		lose(lost)
		done := make(chan int)
		go func() {
			keepSome(i, parts)
			close(done)
		}()
		<-done
		s.GC()
	}
	s.GC()
	answer.Settle()
	s.Types = []answer.Type{
		{Type: "main.Session", Objects: keptSessions, Bytes: 64 * keptSessions},
		{Type: "main.Node", Objects: keptNodes, Bytes: 16 * keptNodes},
		{Type: "main.Record", Objects: keptRecords, Bytes: 576 * keptRecords},
		// A new array is told by its type, of which a slot is 32 KiB.
		{Type: "main.Page", Objects: keptPages, Bytes: 32768 * keptPages},
	}
	s.Stop()
	runtime.KeepAlive(pages)
}
