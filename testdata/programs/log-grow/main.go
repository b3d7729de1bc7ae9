// SPDX-License-Identifier: Apache-2.0

// log-grow writes its goroutines at three moments, as ?debug=2 does, to
// stacks-1.txt to stacks-3.txt in a folder.
//
//	log-grow FOLDER
//
// 10, 30 and 60 of them wait for a price for ever; 5 naps have ended by the
// second moment; 2 that choose are new at the third.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	ready  sync.WaitGroup
	nobody = make(chan int)
	awake  = make(chan bool)
)

func price() {
	ready.Done()
	<-nobody
}

func nap(slept *sync.WaitGroup) {
	ready.Done()
	<-awake
	slept.Done()
}

func choose() {
	ready.Done()
	select {
	case <-nobody:
	case <-awake:
	}
}

func write(moment int) {
	ready.Wait()
	time.Sleep(50 * time.Millisecond) // until they wait
	file, err := os.Create(filepath.Join(os.Args[1],
		fmt.Sprintf("stacks-%d.txt", moment)))
	if err != nil {
		panic(err)
	}
	done := make(chan bool)
	go func() { // another one each time, as a server's
		pprof.Lookup("goroutine").WriteTo(file, 2)
		close(done)
	}()
	<-done
	file.Close()
}

func order(n int) {
	ready.Add(n)
	for i := 0; i < n; i++ {
		go price()
	}
}

func main() {
	var slept sync.WaitGroup

	slept.Add(5)
	ready.Add(5)
	for i := 0; i < 5; i++ {
		go nap(&slept)
	}
	order(10)
	write(1)
	for i := 0; i < 5; i++ {
		awake <- true
	}
	slept.Wait()
	order(20)
	write(2)
	ready.Add(2)
	go choose()
	go choose()
	order(30)
	write(3)
}
