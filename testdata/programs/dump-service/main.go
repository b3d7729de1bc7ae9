// SPDX-License-Identifier: Apache-2.0

// dump-service is a small service with three leaks, for the examples: its
// session cache never forgets, its clients wait for answers that never come,
// and a subscriber's closure keeps each request's body.  With a third
// argument it also writes the heap profile of the same moment.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
	"unsafe"

	"heapscope.example/answer"
)

// Session is what a visitor leaves behind.
type Session struct {
	ID      string
	User    *User
	History []*Visit
	seen    time.Time
}

// User is shared by the sessions of one person.
type User struct {
	Name  string
	Prefs map[string]string
}

// Visit is one page that a session looked at.
type Visit struct {
	Path string
	Body []byte
}

// Sessions is the cache; nothing ever deletes from it.
type Sessions struct {
	mu   sync.Mutex
	byID map[string]*Session
}

// Order is what a client asks the price of.
type Order struct {
	Number int
	Body   []byte
	Lines  []*Line
}

// Line is one position of an order.
type Line struct {
	Article string
	Count   int
}

// Server ties it together.
type Server struct {
	sessions *Sessions
	pool     sync.Pool
	reply    chan int
	hooks    []func() int
}

var (
	server = &Server{sessions: &Sessions{byID: map[string]*Session{}}}
	ready  sync.WaitGroup
)

const (
	visitors  = 300
	visits    = 3
	hooks     = 60
	clients   = 80
	positions = 4
)

func (s *Sessions) open(id string, u *User) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.byID[id]
	if v == nil {
		v = &Session{ID: id, User: u, seen: time.Now()}
		s.byID[id] = v
	}
	return v
}

func (s *Server) handlePage(id, path string, u *User) {
	v := s.sessions.open(id, u)
	page := s.pool.Get().([]byte)
	body := append([]byte(nil), page[:256]...)
	v.History = append(v.History, &Visit{Path: path, Body: body})
	s.pool.Put(page)
}

func newOrder(n int) *Order {
	o := &Order{Number: n, Body: make([]byte, 2048)}
	for i := 0; i < positions; i++ {
		o.Lines = append(o.Lines, &Line{fmt.Sprintf("article-number-%05d", i), i})
	}
	return o
}

// price waits for a reply that no one sends.
//
//go:noinline
func (s *Server) price(o *Order) int {
	ready.Done()
	return len(o.Lines) * <-s.reply
}

func (s *Server) handleOrder(n int) {
	o := newOrder(n)
	total := s.price(o)
	fmt.Fprintln(os.Stderr, o.Number, total)
}

func (s *Server) subscribe(body []byte) {
	s.hooks = append(s.hooks, func() int { return len(body) })
}

func traffic() {
	server.pool.New = func() any { return make([]byte, 4096) }
	server.reply = make(chan int)
	var users []*User
	for i := 0; i < 20; i++ {
		users = append(users, &User{fmt.Sprintf("user-%d", i),
			map[string]string{"lang": "en", "theme": fmt.Sprint("t", i)}})
	}
	for i := 0; i < visitors*visits; i++ {
		server.handlePage(fmt.Sprintf("session-number-%05d", i/visits), "/shop",
			users[i%len(users)])
	}
	for i := 0; i < hooks; i++ {
		server.subscribe(make([]byte, 1000))
	}
	ready.Add(clients)
	for i := 0; i < clients; i++ {
		go server.handleOrder(i)
	}
	ready.Wait()
}

func main() {
	sampleOften()
	s := answer.New("dump-service")
	answer.Build(traffic)
	word := unsafe.Sizeof(uintptr(0))
	var closure struct {
		code uintptr
		body []byte
	}
	g := answer.Global("server", unsafe.Pointer(&server)).With(
		unsafe.Pointer(server), unsafe.Sizeof(*server)).With(
		unsafe.Pointer(server.sessions), unsafe.Sizeof(*server.sessions))
	// At least: without maps, users, the pool and the slice of hooks.
	h := s.Holds(g, answer.Of(visitors, unsafe.Sizeof(Session{})).Plus(
		answer.Flat(visitors, 20), answer.Of(visitors, 4*word),
		answer.Of(visitors*visits, unsafe.Sizeof(Visit{})),
		answer.Flat(visitors*visits, 256), answer.Flat(hooks, 1000),
		answer.Of(hooks, unsafe.Sizeof(closure))))
	h.Slack, h.Needs = 500, "executable"
	s.Holds(answer.Group(clients, "(*Server).price", "(*Server).handleOrder"),
		answer.Of(clients, unsafe.Sizeof(Order{})).Plus(
			answer.Flat(clients, 2048), answer.Of(clients, 4*word),
			answer.Of(clients*positions, unsafe.Sizeof(Line{})),
			answer.Flat(clients*positions, 20)))
	s.Holders[1].G, s.Holders[1].Sudog = clients, clients
	s.Dump(nil)
	if len(os.Args) > 3 {
		out, err := os.Create(os.Args[3])
		if err == nil {
			err = pprof.Lookup("heap").WriteTo(out, 0)
			out.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

var burnt []byte

// sampleOften has the profiler sample every 4 KiB. Where the next sample falls
// was drawn before, at the rate of half a megabyte: memory is spent until then,
// or one run in seven would have no sample of what comes first.
func sampleOften() {
	runtime.MemProfileRate = 4096
	for i := 0; i < 1024; i++ {
		burnt = make([]byte, 8192)
	}
	burnt = nil
}
