// SPDX-License-Identifier: Apache-2.0

// log-finalizers is for GODEBUG=checkfinalizers=1 (Go 1.25 and later).
//
//	log-finalizers stuck|quit|cycle
//
// With stuck, a finalizer never returns, and 30 more objects come into the queue
// after each of five collections; quit prints the goroutines then. With cycle, one finalizer and one cleanup keep
// their own objects alive.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

type conn struct {
	buffer [64]byte
	peer   *conn
}

var never chan struct{}

func finish(c *conn) { <-never }

func letGo(n int) {
	for i := 0; i < n; i++ {
		runtime.SetFinalizer(&conn{}, finish)
	}
}

func drop(c *conn) { fmt.Println(c) }

func cycle() {
	c := &conn{}
	runtime.SetFinalizer(c, func(c2 *conn) { fmt.Println(c.peer) })
	d := &conn{}
	runtime.AddCleanup(d, drop, &conn{peer: d})
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "cycle" {
		cycle()
		runtime.GC()
		return
	}
	letGo(1)
	for i := 0; i < 6; i++ {
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
		letGo(30)
	}
	if len(os.Args) > 1 && os.Args[1] == "quit" {
		syscall.Kill(os.Getpid(), syscall.SIGQUIT)
		time.Sleep(time.Minute)
	}
}
