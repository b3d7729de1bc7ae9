// SPDX-License-Identifier: Apache-2.0

// Package answer lets a program say what its own heap dump must tell.
//
// Sizes are the allocator's slots, computed from the size classes (the same
// table from Go 1.19 to 1.26), so that a test may ask for equality.
package answer

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
	"unsafe"
)

// Size classes of runtime/sizeclasses.go; above 32768 whole pages are used.
var classes = [...]uintptr{8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160,
	176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576,
	640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688,
	3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472,
	9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760,
	24576, 27264, 28672, 32768}

const (
	pageSize = 8192
	ptrSize  = unsafe.Sizeof(uintptr(0))
)

// Minor is the N of go1.N, or 99 for a development version.
func Minor() int {
	n := 99
	fmt.Sscanf(runtime.Version(), "go1.%d", &n)
	return n
}

// Slot is the size of the slot that an object of SIZE bytes gets.
func Slot(size uintptr, pointers bool) uintptr {
	const header = 8
	if size > 32768-header && Minor() >= 22 || size > 32768 {
		return (size + pageSize - 1) / pageSize * pageSize
	}
	if pointers && Minor() >= 22 && size > 8*ptrSize*ptrSize {
		size += header
	}
	if !pointers && size < 16 {
		return 16 // shared by several tiny objects
	}
	for _, c := range classes {
		if c >= size {
			return c
		}
	}
	panic("no size class")
}

// Tally is a number of objects and the bytes of their slots.
type Tally struct {
	Objects uintptr `json:"objects"`
	Bytes   uintptr `json:"bytes"`
}

// Of is a tally of N objects of SIZE bytes that hold pointers.
func Of(n int, size uintptr) Tally {
	return Tally{uintptr(n), uintptr(n) * Slot(size, true)}
}

// Flat is a tally of N objects of SIZE bytes without pointers.
func Flat(n int, size uintptr) Tally {
	return Tally{uintptr(n), uintptr(n) * Slot(size, false)}
}

// Plus is the sum of tallies.
func (t Tally) Plus(more ...Tally) Tally {
	for _, m := range more {
		t.Objects += m.Objects
		t.Bytes += m.Bytes
	}
	return t
}

// Match says which row of the report an answer is about.
type Match struct {
	Kind      string   `json:"kind"`
	Name      string   `json:"name,omitempty"`
	Address   string   `json:"address,omitempty"`
	Words     int      `json:"words,omitempty"`
	Functions []string `json:"functions,omitempty"`
	Count     int      `json:"count,omitempty"`
	Members   []Match  `json:"members,omitempty"`
	Statics   []Static `json:"statics,omitempty"`
}

// Static is a value in the data segment that has no name.
type Static struct {
	Address string  `json:"address"`
	Bytes   uintptr `json:"bytes"`
}

// Holder is one answer: what a row must say, to the byte.
type Holder struct {
	Match           Match   `json:"match"`
	RetainedObjects uintptr `json:"retained_objects"`
	RetainedBytes   uintptr `json:"retained_bytes"`
	OwnedObjects    uintptr `json:"owned_objects,omitempty"`
	OwnedBytes      uintptr `json:"owned_bytes,omitempty"`
	// A group's numbers leave out the runtime's own objects: its g structs,
	// and the sudog of each that waits.
	G     int    `json:"g,omitempty"`
	Sudog int    `json:"sudog,omitempty"`
	Needs string `json:"needs,omitempty"` // "executable"
	// Not exact but at least Retained, and at most this many objects more.
	Slack uintptr `json:"slack_objects,omitempty"`
}

// Sheet is everything that a program knows.
type Sheet struct {
	Program string            `json:"program"`
	Go      string            `json:"go"`
	Arch    string            `json:"arch"`
	Holders []Holder          `json:"holders"`
	Paths   map[string]int    `json:"path_steps,omitempty"`
	Numbers map[string]int    `json:"numbers,omitempty"`
	Notes   []string          `json:"notes,omitempty"`
	Objects map[string]string `json:"object_addresses,omitempty"`
}

// New starts the sheet of the running program.
func New(program string) *Sheet {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage:", program, "DUMP ANSWER.json")
		os.Exit(64)
	}
	return &Sheet{Program: program, Holders: []Holder{}, Go: runtime.Version(),
		Arch: runtime.GOARCH, Numbers: map[string]int{},
		Paths: map[string]int{}, Objects: map[string]string{}}
}

// Addr writes an address as heapscope does.
func Addr(p unsafe.Pointer) string {
	return fmt.Sprintf("0x%x", uintptr(p))
}

// Global names a variable of one pointer word.
func Global(name string, p unsafe.Pointer) Match {
	return Match{Kind: "global", Name: "main." + name, Address: Addr(p)}
}

// Group names COUNT goroutines by the frame they should be called after;
// FUNCTIONS are all of their frames in main, innermost first.
func Group(count int, functions ...string) Match {
	m := Match{Kind: "goroutines", Count: count}
	for _, f := range functions {
		m.Functions = append(m.Functions, "main."+f)
	}
	return m
}

// Shared names a row of objects that exactly MEMBERS hold together.
func Shared(members ...Match) Match {
	return Match{Kind: "shared", Members: members}
}

// With says that M also has the unnamed static value at P.
func (m Match) With(p unsafe.Pointer, size uintptr) Match {
	m.Statics = append(m.Statics, Static{Addr(p), size})
	return m
}

// Holds adds the answer that M retains T.
func (s *Sheet) Holds(m Match, t Tally) *Holder {
	s.Holders = append(s.Holders, Holder{Match: m,
		RetainedObjects: t.Objects, RetainedBytes: t.Bytes})
	return &s.Holders[len(s.Holders)-1]
}

// Build runs F on a goroutine of its own and waits for its end, so that no
// word of what F built stays on the stack of the one that dumps.
func Build(f func()) {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	<-done
}

// Settle waits until every goroutine that is about to park has parked.
func Settle() {
	for i := 0; i < 20; i++ {
		runtime.Gosched()
		time.Sleep(2 * time.Millisecond)
	}
}

func (s *Sheet) write() {
	out, err := os.Create(os.Args[2])
	if err == nil {
		e := json.NewEncoder(out)
		e.SetIndent("", " ")
		err = e.Encode(s)
		out.Close()
	}
	fatal(err)
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
		os.Exit(1)
	}
}

// Dump writes the sheet, collects, calls LATE (which may be nil) with the
// collector off, and writes the heap dump.
func (s *Sheet) Dump(late func()) {
	Settle()
	s.write()
	out, err := os.Create(os.Args[1])
	fatal(err)
	for i := 0; i < 3; i++ {
		runtime.GC()
		Settle()
	}
	debug.SetGCPercent(-1)
	if late != nil {
		late()
	}
	debug.WriteHeapDump(out.Fd())
	fatal(out.Close())
}
