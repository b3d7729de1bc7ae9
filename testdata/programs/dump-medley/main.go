// SPDX-License-Identifier: Apache-2.0

// dump-medley has a little of everything, small enough to keep its dumps of
// many toolchains: the leak is sessions, which nothing ever shrinks.
package main

import (
	"runtime"
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type session struct {
	next *session
	user *user
	body [20]uint64
}

type user struct {
	name [6]uint64
	best *user
}

type job struct {
	next *job
	data [4]uint64
}

type watched struct {
	helper *helper
	data   [9]uint64
}

type helper struct{ back *watched }

type wide struct {
	pointers [70]*user
	numbers  [30]uint64
}

type registry struct{ first *wide }

const (
	sessionCount = 120
	userCount    = 7
	workers      = 10
	jobsEach     = 4
	cycles       = 3
)

var (
	sessions *session
	admins   *user
	queue    chan *job
	hook     func() uint64
	reg      = &registry{}
	ready    sync.WaitGroup
	never    chan struct{}
)

//go:noinline
func jobs(n int) (head *job) {
	for i := 0; i < n; i++ {
		head = &job{next: head}
	}
	return head
}

//go:noinline
func work(j *job) {
	ready.Done()
	<-never
	runtime.KeepAlive(j)
}

func forget(*watched) {}

//go:noinline
func capture(j *job, n uint64) func() uint64 {
	return func() uint64 { return j.data[0] + n }
}

func build() {
	users := func(n int, end *user) *user {
		for i := 0; i < n; i++ {
			end = &user{best: end}
		}
		return end
	}
	common := users(userCount, nil)
	admins = users(2, common)
	for i := 0; i < sessionCount; i++ {
		sessions = &session{next: sessions}
	}
	sessions.user = common

	queue = make(chan *job, 16)
	for i := 0; i < 9; i++ {
		queue <- jobs(1)
	}
	hook = capture(jobs(6), 1)
	reg.first = &wide{}
	for i := 0; i < 30; i++ {
		reg.first.pointers[i] = users(1, nil)
	}
	for i := 0; i < cycles; i++ {
		w := &watched{helper: &helper{}}
		w.helper.back = w
		runtime.SetFinalizer(w, forget)
	}
	ready.Add(workers)
	for i := 0; i < workers; i++ {
		go work(jobs(jobsEach))
	}
	ready.Wait()
}

func main() {
	s := answer.New("dump-medley")
	answer.Build(build)
	word := unsafe.Sizeof(uintptr(0))
	users := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(user{}))
	}
	list := func(n int) answer.Tally {
		return answer.Of(n, unsafe.Sizeof(job{}))
	}
	hchan := uintptr(96)
	if answer.Minor() >= 23 {
		hchan = 112
	}
	if word == 4 {
		hchan = 64
	}
	a := answer.Global("sessions", unsafe.Pointer(&sessions))
	b := answer.Global("admins", unsafe.Pointer(&admins))
	s.Holds(a, answer.Of(sessionCount, unsafe.Sizeof(session{})))
	s.Holds(b, users(2))
	s.Holds(answer.Shared(a, b), users(userCount))
	s.Holds(answer.Global("queue", unsafe.Pointer(&queue)),
		list(9).Plus(answer.Of(1, hchan), answer.Of(1, 16*word)))
	var closure struct {
		code uintptr
		j    *job
		n    uint64
	}
	s.Holds(answer.Global("hook", unsafe.Pointer(&hook)),
		list(6).Plus(answer.Of(1, unsafe.Sizeof(closure))))
	s.Holds(answer.Global("reg", unsafe.Pointer(&reg)).With(
		unsafe.Pointer(reg), unsafe.Sizeof(*reg)),
		users(30).Plus(answer.Of(1, unsafe.Sizeof(wide{}))))
	s.Holds(answer.Group(workers, "work"), list(workers*jobsEach)).G = workers
	s.Holds(answer.Match{Kind: "finalizers"},
		answer.Of(cycles, unsafe.Sizeof(watched{})).Plus(
			answer.Of(cycles, unsafe.Sizeof(helper{}))))
	s.Numbers["finalizer cycles"] = cycles
	s.Numbers["finalizer main.forget"] = cycles
	s.Dump(nil)
}
