// SPDX-License-Identifier: Apache-2.0

// log-service leaves behind what a process in trouble leaves: gctrace lines,
// goroutine dumps, /proc files, metrics. It knows the answers and writes them
// to answer.json.
//
//	log-service FOLDER quit|panic [SECONDS]
//
// Its standard error, which the caller keeps, has the lines of GODEBUG, and at
// the end the stacks of all goroutines. SECONDS is how long the goroutines have
// waited by then.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"
)

type answer struct {
	Go         string
	Goroutines int
	Waiting    map[string]int // by start function
	Collected  []collection
	HeapAlloc  uint64
	Sys        uint64
	Released   uint64
}

// A collection that the program asked for, and what the runtime says of it.
type collection struct {
	NumGC     uint32
	PauseNs   uint64 // both pauses of the last one
	HeapAlloc uint64 // right after
	NextGC    uint64
	Retained  uint64 // what the program itself keeps
}

var (
	keep [][]byte
	lock sync.Mutex
	all  sync.WaitGroup
)

type server struct{ replies chan int }

func (s *server) price(n int) int {
	all.Done()
	return <-s.replies + n
}

func (s *server) choose(stop chan bool) {
	all.Done()
	select {
	case <-stop:
	case <-s.replies:
	}
}

func nap() {
	all.Done()
	time.Sleep(time.Hour)
}

func blocked() {
	all.Done()
	lock.Lock()
}

func pinned(stop chan bool) {
	runtime.LockOSThread()
	all.Done()
	<-stop
}

func deep(n int, stop chan bool) int {
	if n == 0 {
		all.Done()
		<-stop
		return 0
	}
	return deep(n-1, stop) + 1
}

func collect(a *answer) {
	var stats runtime.MemStats

	runtime.GC()
	runtime.ReadMemStats(&stats)
	retained := uint64(0)
	for _, page := range keep {
		retained += uint64(len(page))
	}
	a.Collected = append(a.Collected, collection{
		stats.NumGC, stats.PauseNs[(stats.NumGC+255)%256], stats.HeapAlloc,
		stats.NextGC, retained})
}

func start(a *answer) {
	s := &server{make(chan int)}
	stop := make(chan bool)

	lock.Lock()
	all.Add(20 + 10 + 5 + 3 + 1 + 1)
	for i := 0; i < 20; i++ {
		go s.price(i)
	}
	for i := 0; i < 10; i++ {
		go s.choose(stop)
	}
	for i := 0; i < 5; i++ {
		go nap()
	}
	for i := 0; i < 3; i++ {
		go blocked()
	}
	go pinned(stop)
	go deep(120, stop)
	all.Wait()
	time.Sleep(50 * time.Millisecond)
	a.Waiting = map[string]int{"main.(*server).price": 20,
		"main.(*server).choose": 10, "main.nap": 5, "main.blocked": 3,
		"main.pinned": 1, "main.deep": 1}
	a.Goroutines = runtime.NumGoroutine()
}

func write(folder, name string, data []byte) {
	if err := ioutil.WriteFile(filepath.Join(folder, name), data, 0o666); err != nil {
		panic(err)
	}
}

func copyFile(folder, name, from string) {
	data, err := ioutil.ReadFile(from)
	if err == nil && len(data) > 0 {
		write(folder, name, data)
	}
}

// vars is what the handler of /debug/vars of package expvar writes, without
// the half of the standard library that it takes to build it.
func vars() []byte {
	var stats runtime.MemStats

	runtime.ReadMemStats(&stats)
	args, _ := json.Marshal(os.Args)
	memstats, _ := json.Marshal(stats)
	return []byte(fmt.Sprintf("{\n%q: %s,\n%q: %s\n}\n", "cmdline", args,
		"memstats", memstats))
}

func capture(folder string, a *answer) {
	var stacks, heap bytes.Buffer
	var stats runtime.MemStats

	pprof.Lookup("goroutine").WriteTo(&stacks, 2)
	write(folder, "goroutines.txt", stacks.Bytes())
	pprof.Lookup("heap").WriteTo(&heap, 1)
	write(folder, "heap.txt", heap.Bytes())
	dump, err := os.Create(filepath.Join(folder, "heap.dump"))
	if err == nil {
		debug.WriteHeapDump(dump.Fd())
		dump.Close()
	}
	write(folder, "vars.json", vars())
	for _, name := range []string{"status", "smaps", "smaps_rollup"} {
		copyFile(folder, name, "/proc/self/"+name)
	}
	runtime.ReadMemStats(&stats)
	a.HeapAlloc, a.Sys, a.Released = stats.HeapAlloc, stats.Sys, stats.HeapReleased
	text, _ := json.MarshalIndent(a, "", "  ")
	write(folder, "answer.json", append(text, '\n'))
}

func main() {
	var a answer

	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "log-service FOLDER quit|panic [SECONDS]")
		os.Exit(64)
	}
	a.Go = runtime.Version()
	start(&a)
	for i := 0; i < 40; i++ {
		for n := 0; n < 16; n++ {
			page := make([]byte, 64<<10)
			for at := range page {
				page[at] = byte(at)
			}
			if n < 8 {
				keep = append(keep, page)
			}
		}
		if i%5 == 4 {
			collect(&a)
		}
	}
	capture(os.Args[1], &a)
	if len(os.Args) > 3 {
		seconds, _ := strconv.Atoi(os.Args[3])
		time.Sleep(time.Duration(seconds) * time.Second)
	}
	if os.Args[2] == "quit" {
		syscall.Kill(os.Getpid(), syscall.SIGQUIT)
		time.Sleep(time.Minute)
	}
	panic("out of ideas: " + os.Args[2])
}
