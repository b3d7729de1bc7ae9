// SPDX-License-Identifier: Apache-2.0

// partners - memory that goroutines hold beside what it piles up in: the
// subscriptions of a connection, each with a goroutine of its own; sessions
// that main has at hand, and a handler's deferred function in a roundabout way;
// pairs that two finalizers keep alive; and what only the one that writes the
// dump has.
//
//	partners DUMP
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"heapscope.example/partners/queue.v1"
)

const many = 400

type order struct {
	id   string
	blob []byte
}

type subscription struct {
	conn    *conn
	arrived *sync.Cond
	deliver func()
}

type conn struct {
	subs map[int]*subscription
	in   [64 << 10]byte // larger than any subscription
}

func (c *conn) ping() { println(len(c.subs)) }

// wait has frames that 2 KiB would hold, but not with what the runtime wants to
// be free.
func (c *conn) wait(s *subscription) {
	var seen [1400]byte

	s.arrived.L.Lock()
	defer s.arrived.L.Unlock()
	for {
		s.arrived.Wait()
		s.deliver()
		for i := range seen {
			seen[i] += seen[(i+len(c.subs))%len(seen)] + 1
		}
	}
}

// listen leaks: nobody takes a subscription from the connection.
func listen(c *conn, number int) {
	o := &order{fmt.Sprint("order ", number), make([]byte, 4096)}
	s := &subscription{c, sync.NewCond(new(sync.Mutex)),
		func() { println(o.id) }}
	c.subs[number] = s
	go c.wait(s)
}

func connect() {
	c := &conn{subs: map[int]*subscription{}}
	for i := 0; i < many; i++ {
		listen(c, i)
	}
	time.AfterFunc(time.Hour, c.ping)
}

type session struct {
	user string
	cart []byte
}

type store struct{ byID map[string]*session }

type registry struct{ sessions *store }

type app struct{ registry *registry }

//go:noinline
func newApp(sessions *store) *app { return &app{&registry{sessions}} }

type server struct{ routes []func() }

type request struct{ server *server }

// handle waits with a deferred function that leads to all that the server has.
func handle(r *request) {
	for i := 0; i < 1; i++ { // in a loop, the runtime lists it
		defer func() { println(len(r.server.routes)) }()
	}
	select {}
}

type pair struct {
	other *pair
	data  []byte
}

func endLeft(p *pair)  { p.data = nil }
func endRight(p *pair) { p.data = nil }

func join() {
	for i := 0; i < many; i++ {
		left := &pair{data: make([]byte, 2048)}
		right := &pair{left, make([]byte, 2048)}
		left.other = right
		runtime.SetFinalizer(left, endLeft)
		runtime.SetFinalizer(right, endRight)
	}
}

// A page is of a known type in a stripped program because a link, which is not,
// has an interface.
type handler interface{ serve() }

type page struct {
	title string
	body  []byte
	links int
}

func (p *page) serve() { println(p.title) }

type link struct {
	next *link
	to   handler
}

func dump() {
	for i := 0; i < 3; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond) // until all of them wait
	}
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(f.Fd())
	f.Close()
}

func main() {
	sessions := &store{map[string]*session{}}
	all := newApp(sessions)
	for i := 0; i < 2*many; i++ {
		id := fmt.Sprint("session ", i)
		sessions.byID[id] = &session{id, make([]byte, 4096)}
	}
	go handle(&request{&server{[]func(){
		func() { println(len(sessions.byID)) }}}})
	go queue.Wait()
	connect()
	join()
	var own *link
	for i := 0; i < many; i++ {
		own = &link{own, &page{fmt.Sprint("page ", i), make([]byte, 4096), i}}
	}
	dump()
	runtime.KeepAlive(all)
	own.to.serve()
}
