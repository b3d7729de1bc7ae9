// SPDX-License-Identifier: Apache-2.0

// timers - memory that only timers keep, and a variable with a timer of its
// own, which leads to the scheduler and from there to all other timers.
//
//	timers DUMP
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const many = 100

type job struct {
	name string
	data []byte
}

type server struct {
	jobs map[string]*job
	idle *time.Timer
}

var theServer = &server{jobs: map[string]*job{}}

func newJob(name string) *job {
	return &job{name, make([]byte, 4096)}
}

func leakAfter() {
	for i := 0; i < many; i++ {
		j := newJob("after")
		time.AfterFunc(time.Hour, func() { println(j.name) })
	}
}

func leakContext() {
	for i := 0; i < many; i++ {
		ctx := context.WithValue(context.Background(), theServer,
			newJob("context"))
		_, cancel := context.WithTimeout(ctx, time.Hour)
		_ = cancel
	}
}

func leakTick() {
	for i := 0; i < many; i++ {
		j := newJob("tick")
		t := time.NewTicker(time.Hour)
		go func() {
			for range t.C {
				println(j.name)
			}
		}()
	}
}

func main() {
	for i := 0; i < many; i++ {
		theServer.jobs[string(rune('a'+i))] = newJob("server")
	}
	theServer.idle = time.AfterFunc(time.Hour, func() {})
	leakAfter()
	leakContext()
	leakTick()
	time.Sleep(50 * time.Millisecond)
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GC()
	debug.WriteHeapDump(f.Fd())
	f.Close()
	runtime.KeepAlive(theServer)
}
