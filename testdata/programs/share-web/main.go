// SPDX-License-Identifier: Apache-2.0

// share-web is a service of the ordinary kind, for measuring how much of a
// heap gets types: it answers HTTP, keeps sessions and caches, decodes JSON,
// hands jobs to workers through channels, and has hooks, timers and contexts.
//
//	share-web DUMP
package main

import (
	"bytes"
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// User is shared by the sessions of one person.
type User struct {
	ID      int64
	Name    string
	Email   *string
	Prefs   map[string]string
	Friends []*User
}

// Session is what a visitor leaves behind.
type Session struct {
	Token   string
	User    *User
	Started time.Time
	Values  map[string]any
	History []Visit
	cancel  context.CancelFunc
}

// Visit is one page that a session looked at.
type Visit struct {
	Path  string
	Took  time.Duration
	Body  []byte
	Query map[string][]string
}

// LRU is a cache with a bound.
type LRU[K comparable, V any] struct {
	mu    sync.Mutex
	most  int
	order *list.List
	byKey map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

// NewLRU makes a cache of MOST entries.
func NewLRU[K comparable, V any](most int) *LRU[K, V] {
	return &LRU[K, V]{most: most, order: list.New(), byKey: map[K]*list.Element{}}
}

// Put adds one.
func (c *LRU[K, V]) Put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byKey[k] = c.order.PushFront(&entry[K, V]{k, v})
	for len(c.byKey) > c.most {
		last := c.order.Back()
		delete(c.byKey, c.order.Remove(last).(*entry[K, V]).key)
	}
}

// Page is what the cache keeps.
type Page struct {
	Title string
	HTML  []byte
	Links []*Page
	Tags  [4]string
	Index int
}

// Job is handed to the workers.
type Job struct {
	ID      int
	Payload []byte
	Done    chan<- Result
	Retry   *Job
}

// Result comes back.
type Result struct {
	Job   *Job
	Err   error
	Lines []string
}

// Notifier is told of every new session.
type Notifier interface{ Notify(*Session) }

type mailer struct {
	out   *bytes.Buffer
	queue []string
}

func (m *mailer) Notify(s *Session) { m.queue = append(m.queue, "mail to "+s.User.Name) }

type counter struct{ byUser sync.Map }

func (c *counter) Notify(s *Session) {
	n, _ := c.byUser.LoadOrStore(s.User.ID, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

// Server ties it together.
type Server struct {
	mu        sync.RWMutex
	sessions  map[string]*Session
	users     []*User
	pages     *LRU[string, *Page]
	bodies    *LRU[int, []byte]
	jobs      chan *Job
	results   chan Result
	notifiers []Notifier
	hooks     map[string][]func(*Session) error
	pool      sync.Pool
	config    any
	current   atomic.Pointer[Page]
	log       *ring
	mux       *http.ServeMux
}

type ring struct {
	lines [256]string
	next  int
}

func (r *ring) add(format string, args ...any) {
	r.lines[r.next%len(r.lines)] = fmt.Sprintf(format, args...)
	r.next++
}

var server = newServer()

func newServer() *Server {
	s := &Server{
		sessions: make(map[string]*Session),
		pages:    NewLRU[string, *Page](500),
		bodies:   NewLRU[int, []byte](300),
		jobs:     make(chan *Job, 64),
		results:  make(chan Result, 32),
		hooks:    map[string][]func(*Session) error{},
		log:      &ring{},
		mux:      http.NewServeMux(),
	}
	s.pool.New = func() any { return new(bytes.Buffer) }
	s.notifiers = []Notifier{&mailer{out: new(bytes.Buffer)}, &counter{}}
	s.mux.HandleFunc("/open", s.open)
	s.mux.HandleFunc("/page", s.page)
	s.mux.Handle("/static/", http.StripPrefix("/static/", http.NotFoundHandler()))
	return s
}

func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	_, cancel := context.WithTimeout(context.Background(), time.Hour)
	s.mu.Lock()
	defer s.mu.Unlock()
	token := r.URL.Query().Get("token")
	v := &Session{Token: token, User: s.users[len(s.sessions)%len(s.users)],
		Started: time.Now(), Values: map[string]any{}, cancel: cancel}
	if err := json.NewDecoder(r.Body).Decode(&v.Values); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.sessions[token] = v
	for _, n := range s.notifiers {
		n.Notify(v)
	}
	s.log.add("session %s of %s", token, v.User.Name)
	fmt.Fprintln(w, "welcome", v.User.Name)
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	b := s.pool.Get().(*bytes.Buffer)
	defer s.pool.Put(b)
	b.Reset()
	fmt.Fprintf(b, "<h1>%s</h1>", strings.Repeat(r.URL.Path, 40))
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.sessions[r.URL.Query().Get("token")]
	if v == nil {
		http.NotFound(w, r)
		return
	}
	v.History = append(v.History, Visit{Path: r.URL.String(), Took: time.Since(v.Started),
		Body: append([]byte(nil), b.Bytes()...), Query: r.URL.Query()})
	p := &Page{Title: fmt.Sprint("page ", r.URL.RawQuery), HTML: append([]byte(nil), b.Bytes()...)}
	if last := s.current.Load(); last != nil {
		p.Links = append(p.Links, last)
	}
	if p.Index = len(v.History); p.Index%3 == 0 {
		s.current.Store(p)
	}
	s.pages.Put(r.URL.RawQuery, p)
	s.bodies.Put(len(s.log.lines)*p.Index, p.HTML)
	w.Write(p.HTML)
}

func (s *Server) work(ctx context.Context, id int) {
	for {
		select {
		case j := <-s.jobs:
			lines := strings.Split(string(j.Payload), "\n")
			s.results <- Result{Job: j, Lines: lines, Err: fmt.Errorf("job %d: %w", j.ID, io.EOF)}
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) subscribe(topic string, n int) {
	for i := 0; i < n; i++ {
		name := fmt.Sprintf("%s-%d-subscriber-name", topic, i)
		seen := map[string]int{}
		s.hooks[topic] = append(s.hooks[topic], func(v *Session) error {
			seen[v.Token+name]++
			return nil
		})
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func get(url string, body string) {
	res, err := http.Post(url, "application/json", strings.NewReader(body))
	check(err)
	_, err = io.Copy(io.Discard, res.Body)
	check(err)
	res.Body.Close()
}

func traffic(base string) {
	for i := 0; i < 400; i++ {
		get(fmt.Sprintf("%s/open?token=token-%06d", base, i), fmt.Sprintf(
			`{"theme":"dark","cart":[{"sku":"A-%d","count":%d},{"sku":"B-%d","count":2}],`+
				`"locale":"de_DE","flags":{"beta":true,"n":%d.5}}`, i, i, i, i))
		for k := 0; k < 4; k++ {
			get(fmt.Sprintf("%s/page?token=token-%06d&k=%d", base, i, k), "")
		}
	}
}

func main() {
	s := server
	for i := 0; i < 100; i++ {
		mail := fmt.Sprintf("user%d@mail.example.com", i)
		u := &User{ID: int64(i), Name: fmt.Sprintf("User Number %d", i), Email: &mail,
			Prefs: map[string]string{"lang": "en", "zone": fmt.Sprintf("Zone/%d", i)}}
		if i > 0 {
			u.Friends = append(u.Friends, s.users[i-1], s.users[i/2])
		}
		s.users = append(s.users, u)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := 0; i < 8; i++ {
		go s.work(ctx, i)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go http.Serve(listener, s.mux)
	traffic("http://" + listener.Addr().String())
	done := make(chan Result, 100)
	for i := 0; i < 80; i++ {
		s.jobs <- &Job{ID: i, Done: done,
			Payload: []byte(strings.Repeat(fmt.Sprintf("line %d of the payload\n", i), 20))}
	}
	s.subscribe("orders", 100)
	s.subscribe("sessions", 50)
	time.AfterFunc(time.Hour, func() { s.log.add("an hour has gone by") })
	time.Sleep(50 * time.Millisecond)
	out, err := os.Create(os.Args[1])
	check(err)
	runtime.GC()
	runtime.GC()
	debug.WriteHeapDump(out.Fd())
	check(out.Close())
}
