// SPDX-License-Identifier: Apache-2.0

// leaky leaks in ways that a reader knows: a map that is never emptied,
// the nodes of a list, and what goroutines that wait forever have in local
// variables.  It uses as little of the library as it can, so that its
// executable stays small, with symbols and debug information.
//
//	leaky DUMP [ENTRIES]
package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// HeavyStruct is what the cache keeps.
type HeavyStruct struct {
	ID    int
	Label string
	Data  []uint8
}

// Session is an element of a list.
type Session struct {
	next   *Session
	Tokens []string
}

// Secret is held by frames of goroutines alone.
type Secret struct {
	Key   [64]uint8
	Notes []string
}

type registry struct {
	Head  *Session
	Count int
}

var (
	cache    = map[string]*HeavyStruct{}
	sessions = &registry{}
	blocked  = make(chan *Secret)
)

const (
	sessionCount = 40
	secretCount  = 5
)

func number(i int) string {
	text := ""
	for ; i > 0 || text == ""; i /= 10 {
		text = string(rune('0'+i%10)) + text
	}
	return text
}

//go:noinline
func fill(entries int) {
	for i := 0; i < entries; i++ {
		key := "key-" + number(i)
		cache[key] = &HeavyStruct{i, "label " + key, make([]uint8, 256)}
	}
	for i := 0; i < sessionCount; i++ {
		tokens := make([]string, 4)
		for t := range tokens {
			tokens[t] = "token " + number(i) + "." + number(t)
		}
		sessions.Head = &Session{sessions.Head, tokens}
		sessions.Count++
	}
}

//go:noinline
func newSecret(i int) *Secret {
	return &Secret{Notes: []string{"note " + number(i)}}
}

//go:noinline
func wait(i int, started chan bool) {
	secret := newSecret(i)
	started <- true
	other := <-blocked
	println(secret.Notes[0], other)
}

func main() {
	entries := 400
	if len(os.Args) > 2 {
		entries = 0
		for _, c := range os.Args[2] {
			entries = entries*10 + int(c-'0')
		}
	}
	fill(entries)
	started := make(chan bool)
	for i := 0; i < secretCount; i++ {
		go wait(i, started)
		<-started
	}
	for i := 0; i < 5; i++ {
		runtime.Gosched()
	}
	runtime.GC()
	runtime.GC()
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(file.Fd())
	runtime.KeepAlive(blocked)
}
