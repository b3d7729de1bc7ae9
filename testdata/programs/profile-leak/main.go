// SPDX-License-Identifier: Apache-2.0

// Orders is a small service that leaks, and writes the profiles of itself that
// the tests read.  Sessions are cached and never forgotten; calls to a slow
// supplier wait for ever.  The audit log is busy and does not leak.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"

	"example.com/orders/audit"
	"example.com/orders/cache"
	"example.com/orders/order"
	"example.com/orders/quote"
)

type service struct {
	sessions *cache.Cache[string, *order.Session]
	quotes   *quote.Client
	events   *audit.Log
}

func newService() *service {
	return &service{
		sessions: cache.New[string, *order.Session](),
		quotes:   quote.NewClient(20),
		events:   audit.NewLog(512),
	}
}

// handle serves one request.
func (s *service) handle(raw []byte) {
	o, err := order.Decode(raw)
	if err != nil {
		log.Fatal(err)
	}
	session := s.sessions.Load(o.ID, func(string) *order.Session {
		return order.NewSession(o)
	})
	s.events.Append(o.ID + " " + strconv.Itoa(len(session.Page)))
	s.quotes.Ask(o)
}

// serve handles the requests from number first up to number end.
func (s *service) serve(first, end int) {
	for n := first; n < end; n++ {
		s.handle(order.Encode(n))
	}
}

// spin serves known customers, from two labelled workers, for a while.
func (s *service) spin(length time.Duration, customers int) {
	var wg sync.WaitGroup
	until := time.Now().Add(length)
	for w := 0; w < 2; w++ {
		labels := pprof.Labels("worker", strconv.Itoa(w), "kind", "spin")
		wg.Add(1)
		go pprof.Do(context.Background(), labels, func(context.Context) {
			defer wg.Done()
			for n := 0; time.Now().Before(until); n = (n + 1) % customers {
				o, _ := order.Decode(order.Encode(n))
				s.events.Append(string(o.Render()))
			}
		})
	}
	wg.Wait()
}

// steps leaks at an even pace and writes a heap profile after each of count
// lengths of time.
func (s *service) steps(count int, length time.Duration, requests int) {
	const ticks = 200
	tick := time.NewTicker(length / ticks)
	defer tick.Stop()
	for n, step := 0, 1; step <= count; step++ {
		for i := 0; i < ticks; i++ {
			<-tick.C
			s.serve(n, n+requests/ticks)
			n += requests / ticks
		}
		runtime.GC()
		write("heap", "step"+strconv.Itoa(step)+".pb.gz", 0)
	}
}

var stem string

func create(name string) *os.File {
	f, err := os.Create(stem + name)
	if err != nil {
		log.Fatal(err)
	}
	return f
}

// write saves a profile of package runtime/pprof as file STEM-NAME.
func write(profile, name string, level int) {
	f := create(name)
	if err := pprof.Lookup(profile).WriteTo(f, level); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}

func main() {
	rate := flag.Int("rate", 16<<10, "runtime.MemProfileRate")
	few := flag.Int("before", 400, "requests until the first heap profile")
	many := flag.Int("after", 12000, "requests until the second heap profile")
	heap := flag.Bool("heap", false, "write nothing but two heap profiles")
	steps := flag.Int("steps", 0, "write nothing but this many heap profiles")
	every := flag.Duration("every", time.Minute, "time from step to step")
	flag.StringVar(&stem, "o", filepath.Join(".", "leak-"), "start of the files' names")
	flag.Parse()
	runtime.MemProfileRate = *rate
	if !*heap && *steps == 0 {
		runtime.SetBlockProfileRate(1)
		runtime.SetMutexProfileFraction(1)
	}

	s := newService()
	if *steps > 0 {
		s.steps(*steps, *every, *many)
		return
	}
	s.serve(0, *few)
	runtime.GC()
	write("heap", "before.pb.gz", 0)
	s.serve(*few, *many)

	// From here no collection comes between the two texts of one heap.
	runtime.GC()
	debug.SetGCPercent(-1)
	write("heap", "after.pb.gz", 0)
	write("heap", "after.txt", 1)
	if *heap {
		return
	}
	write("allocs", "allocs.pb.gz", 0)
	debug.SetGCPercent(100)

	cpu := create("cpu.pb.gz")
	if err := pprof.StartCPUProfile(cpu); err != nil {
		log.Fatal(err)
	}
	s.spin(1500*time.Millisecond, *few)
	pprof.StopCPUProfile()
	cpu.Close()
	for _, name := range []string{"goroutine", "block", "mutex"} {
		write(name, name+".pb.gz", 0)
		write(name, name+".txt", 1)
	}
	log.Printf("%d sessions, %d goroutines", s.sessions.Len(), runtime.NumGoroutine())
}
