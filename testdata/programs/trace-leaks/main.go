// SPDX-License-Identifier: Apache-2.0

// trace-leaks has goroutines of every kind that never end, some from before the
// trace, a burst of others that all do, memory that grows, and annotations that
// are never closed.
package main

import (
	"context"
	"os"
	"runtime/trace"
	"sync"
	"time"

	"heapscope.example/traceanswer"
)

var (
	nobody  = make(chan int)
	nothing chan int
	mutex   sync.Mutex
	cond    = sync.NewCond(new(sync.Mutex))
	keep    [][]byte
	pipes   []*os.File
)

func leakReceive() { <-nobody }
func leakSend()    { nothing2 <- 1 }
func leakMutex()   { mutex.Lock() }
func leakForever() { select {} }
func leakNil()     { <-nothing }
func leakCond()    { cond.L.Lock(); cond.Wait() }

var nothing2 = make(chan int)

func leakSelect() {
	select {
	case <-nobody:
	case nothing2 <- 1:
	}
}

func leakSleep() {
	for {
		time.Sleep(3 * time.Millisecond)
	}
}

func leakNetwork(r *os.File) { r.Read(make([]byte, 1)) }

func inRegion() {
	trace.WithRegion(context.Background(), "forever", leakReceive)
}

func leakBefore() { <-nobody }

func ends(wg *sync.WaitGroup) { wg.Done() }

func burst(n int) {
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go ends(&wg)
	}
	wg.Wait()
}

func step() {
	go leakReceive()
	go leakSend()
	go leakMutex()
	go leakSelect()
	for i := 0; i < 16; i++ {
		keep = append(keep, make([]byte, 4096))
	}
	burst(20)
	answer.Settle()
}

func annotate(s *answer.Sheet) {
	open, task := trace.NewTask(context.Background(), "endless")
	_, closed := trace.NewTask(open, "short")
	trace.Log(open, "order", "first")
	trace.Log(open, "order", "second")
	closed.End()
	_ = task
	go inRegion()
	s.Tasks = []string{"endless"}
	s.Regions = []string{"forever"}
	s.Logs = 2
}

const steps = 6

func main() {
	s := answer.New("trace-leaks")
	mutex.Lock()
	for i := 0; i < 3; i++ {
		go leakBefore()
	}
	answer.Settle()
	s.Start()
	annotate(s)
	go leakForever()
	go leakNil()
	go leakCond()
	go leakSleep()
	go leakSleep()
	for i := 0; i < 2; i++ {
		r, w, err := os.Pipe()
		if err != nil {
			panic(err)
		}
		pipes = append(pipes, r, w)
		go leakNetwork(r)
	}
	for i := 0; i < steps; i++ {
		step()
		s.GC()
	}
	answer.Settle()
	leak := func(f string, n int, reason, where, by string) {
		s.Groups = append(s.Groups, answer.Group{Function: "main." + f,
			Started: n, Alive: n, Reason: reason, Where: "main." + where,
			CreatedBy: "main." + by})
	}
	leak("leakReceive", steps, "chan receive", "leakReceive", "step")
	leak("leakSend", steps, "chan send", "leakSend", "step")
	leak("leakMutex", steps, "sync", "leakMutex", "step")
	leak("leakSelect", steps, "select", "leakSelect", "step")
	leak("leakForever", 1, "forever", "leakForever", "main")
	leak("leakNil", 1, "forever", "leakNil", "main")
	leak("leakCond", 1, "sync.(*Cond).Wait", "leakCond", "main")
	leak("inRegion", 1, "chan receive", "inRegion", "annotate")
	leak("leakSleep", 2, "", "leakSleep", "main")
	// A go statement with arguments has a wrapper, main.main.func1 or gowrap1,
	// from Go 1.17 on.
	s.Groups = append(s.Groups,
		answer.Group{Function: "main.leakNetwork", Started: 2, Alive: 2,
			Reason: "network", Where: "main.leakNetwork",
			CreatedBy: "main.main"},
		answer.Group{Function: "main.ends", Started: 20 * steps,
			Ended: 20 * steps, CreatedBy: "main.burst"})
	if answer.Minor() != 22 { // 1.22 does not tell of them at all
		s.Groups = append(s.Groups,
			answer.Group{Function: "main.leakBefore", Existed: 3, Alive: 3})
	}
	s.Stop()
}
