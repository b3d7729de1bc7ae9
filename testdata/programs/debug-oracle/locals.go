// SPDX-License-Identifier: Apache-2.0

package main

import "unsafe"

const word = unsafe.Sizeof(uintptr(0))

var sink any

// use makes V escape, so that its address stays what it is.
//
//go:noinline
func use(v any) { sink = v }

// leaf has locals of its own: spilled, escaped, and of a scope inside.
//
//go:noinline
func leaf(given *outer, text string, then func()) {
	kept := new(inner)
	counts := map[string]int{text: 1}
	moved := outer{text: label(text)}
	use(&moved)
	is("given", given, unsafe.Pointer(given))
	is("kept", kept, unsafe.Pointer(kept))
	is("counts", counts, *(*unsafe.Pointer)(unsafe.Pointer(&counts)))
	is("moved", &moved, unsafe.Pointer(&moved))
	if n := len(text); n > 1 {
		scoped := &square{float64(n)}
		is("scoped", scoped, unsafe.Pointer(scoped))
		use(scoped)
		inlined(kept)
		then()
		use(scoped)
	}
	use(kept)
	use(counts)
	use(&moved)
	use(given)
}

// inlined is part of leaf.
func inlined(other *inner) { other.c = other }

//go:noinline
func middle[T any](item T, then func()) {
	branch := &tree[T]{item: item}
	list := []*outer{{}, {}}
	is("branch", nil, unsafe.Pointer(branch))
	is("list", nil, unsafe.Pointer(&list[0]))
	leaf(list[0], "text", then)
	use(branch)
	use(list)
}

type method struct {
	p *int
	n int
}

//go:noinline
func (m *method) Pointer(x int) int { return *m.p + x }

//go:noinline
func (m method) Value(x int) int { return *m.p + x + m.n }

// closures makes some that have captured this and that.
//
//go:noinline
func closures(p *outer, n int, s string) (keep []any) {
	changed := n
	f := func() int { return len(p.text) + n + int(s[n]) + changed }
	changed++
	g := func() int { changed++; return f() }
	m := &method{&changed, 3}
	captures(f, 23, capture("p", word, p), capture("n", 2*word, n),
		capture("s", 3*word, s), capture("changed", 5*word, &changed))
	captures(g, 23, capture("changed", word, &changed),
		capture("f", 2*word, f))
	captures(m.Pointer, 0, capture("receiver", word, m))
	captures(m.Value, 0, capture("receiver", word, *m))
	return append(keep, f, g, m.Pointer, m.Value)
}
