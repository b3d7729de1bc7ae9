// SPDX-License-Identifier: Apache-2.0

// names-kinds holds values of every kind, and says for each object of which
// type it is, and how Go writes the reference that leads to it.
//
//	names-kinds DUMP JSON
package main

import (
	"bytes"
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"heapscope.example/names-kinds/inner"
)

type object struct {
	At   string `json:"at"`
	Type string `json:"type"`
}

type edge struct {
	To  string `json:"to"`
	Via string `json:"via"`
	// Bare is how it reads without the names of variables, if that differs.
	Bare string `json:"bare,omitempty"`
}

type field struct {
	Type   string  `json:"type"`
	Name   string  `json:"name"`
	Offset uintptr `json:"offset"`
}

type global struct {
	At   string `json:"at"`
	Name string `json:"name"`
	Via  string `json:"via"`
}

var answer struct {
	Globals []global `json:"globals"`
	Objects []object `json:"objects"`
	Edges   []edge   `json:"edges"`
	Fields  []field  `json:"fields"`
}

// full is what heapscope calls T: with import paths.
func full(t reflect.Type) string {
	if t.Name() != "" {
		if t.PkgPath() == "" {
			return t.Name()
		}
		return t.PkgPath() + t.String()[strings.IndexByte(t.String(), '.'):]
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + full(t.Elem())
	case reflect.Slice:
		return "[]" + full(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), full(t.Elem()))
	case reflect.Map:
		return "map[" + full(t.Key()) + "]" + full(t.Elem())
	case reflect.Chan:
		return "chan " + full(t.Elem())
	}
	return t.String()
}

func hex(p unsafe.Pointer) string { return fmt.Sprintf("%#x", uintptr(p)) }

func is(p unsafe.Pointer, name string) {
	answer.Objects = append(answer.Objects, object{hex(p), name})
}

func leads(p unsafe.Pointer, via string) {
	answer.Edges = append(answer.Edges, edge{To: hex(p), Via: via})
}

// one says that *P is an object, and that VIA leads to it.
func one[T any](p *T, via string) *T {
	is(unsafe.Pointer(p), full(reflect.TypeOf(p).Elem()))
	if via != "" {
		leads(unsafe.Pointer(p), via)
	}
	return p
}

// many says that the array of S is one.
func many[T any](s []T, via string) []T {
	is(unsafe.Pointer(&s[:1][0]), full(reflect.TypeOf(s)))
	leads(unsafe.Pointer(&s[:1][0]), via)
	return s
}

// text says that the bytes of S are one, and makes them so.
func text(s, via string) string {
	b := []byte(s)
	s = *(*string)(unsafe.Pointer(&b))
	is(unsafe.Pointer(&b[0]), "string")
	leads(unsafe.Pointer(&b[0]), via)
	return s
}

// header is where the second word of an interface, the word of a map, chan or
// func points to.
func header[T any](v T) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&v)) }

type shape interface{ area() float64 }
type square struct{ side, unused *float64 }
type circle struct{ radius float64 }

func (s square) area() float64  { return *s.side * *s.side }
func (c *circle) area() float64 { return c.radius }

type wide struct {
	numbers [40]int
	names   [30]string
	leaves  [20]*inner.Leaf
}

type embedded struct {
	sync.Mutex
	inner.Leaf
	extra *inner.Leaf
}

type tree[K comparable, V any] struct {
	left, right *tree[K, V]
	key         K
	value       V
	box         *box[V]
}

type box[T any] struct {
	content T
	next    *box[T]
}

type named []*inner.Leaf
type kilo struct{ words [128]*inner.Leaf }

type everything struct {
	pointer  *inner.Leaf
	doubly   **inner.Leaf
	text     string
	bytes    []byte
	leaves   []inner.Leaf
	pointers []*inner.Leaf
	named    named
	strings  []string
	matrix   [][]int
	array    [3]*inner.Leaf
	grid     [2][2]*inner.Leaf
	long     *[100]*inner.Leaf
	wide     *wide
	kilos    []kilo
	embedded embedded
	shape    shape
	shapes   []shape
	any      any
	boxed    any
	err      error
	tree     *tree[string, *inner.Leaf]
	stack    inner.Stack[*inner.Leaf]
	anon     *struct {
		a int
		b *inner.Leaf
	}
	queue    chan *inner.Leaf
	bytesC   chan []byte
	plain    chan int
	function func() string
	method   func() float64
	atomic   atomic.Pointer[inner.Leaf]
	value    atomic.Value
	builder  *strings.Builder
	buffer   *bytes.Buffer
	list     *list.List
	table    *sync.Map
	context  context.Context
	when     *time.Time
	complex  *complex128
	reflect  reflect.Value
	tail     []*inner.Leaf
	sub      []inner.Leaf
}

var (
	all   *everything
	short *inner.Leaf
	local struct {
		table [4]struct{ leaf *inner.Leaf }
		iface shape
	}
	// What these point to has no name of its own.
	spare  any = &pair{}
	spares     = []any{nil, &pair{}}
)

type pair struct{ a, b *inner.Leaf }

func leaf(via string) *inner.Leaf { return one(&inner.Leaf{}, via) }

//go:noinline
func pointers(e *everything) {
	e.pointer = leaf(".pointer")
	e.pointer.Next = leaf(".Next")
	e.pointer.Label = text("a label of some length", ".Label")
	p := leaf("")
	e.doubly = one(&p, ".doubly")
	e.text = text("sixteen bytes or more", ".text")
	e.bytes = many(make([]byte, 100, 120), ".bytes")
	e.when = one(&time.Time{}, ".when")
	c := complex(1, 2)
	e.complex = one(&c, ".complex")
}

//go:noinline
func sequences(e *everything) {
	e.leaves = many(make([]inner.Leaf, 3, 10), ".leaves")
	e.leaves[2].Next = leaf("[2].Next")
	e.leaves[1].Label = text("the second leaf's label", "[1].Label")
	e.pointers = many(make([]*inner.Leaf, 5), ".pointers")
	e.pointers[4] = leaf("[4]")
	e.named = named(many([]*inner.Leaf{leaf("[0]"), nil, nil}, ".named"))
	e.strings = many([]string{"", text("the string number one", "[1]")}, ".strings")
	e.matrix = many([][]int{nil, many(make([]int, 7), "[1]")}, ".matrix")
	e.array[2] = leaf(".array[2]")
	e.grid[1][0] = leaf(".grid[1][0]")
	e.long = one(&[100]*inner.Leaf{}, ".long")
	e.long[77] = leaf("[77]")
	e.wide = one(&wide{}, ".wide")
	e.wide.names[29] = text("the last of all the names", ".names[29]")
	e.wide.leaves[19] = leaf(".leaves[19]")
	e.kilos = many(make([]kilo, 50), ".kilos")
	e.kilos[49].words[127] = leaf("[49].words[127]")
	e.tail = make([]*inner.Leaf, 64)
	is(unsafe.Pointer(&e.tail[0]), full(reflect.TypeOf(e.tail)))
	e.tail[63] = leaf("[63]")
	e.tail = e.tail[40:]
	leads(unsafe.Pointer(&e.tail[0]), ".tail")
	e.sub = many(make([]inner.Leaf, 20), ".sub")[:2:2]
	e.sub[1].Next = leaf("[1].Next")
}

//go:noinline
func structs(e *everything) {
	e.embedded.Leaf.Next = leaf(".embedded.Leaf.Next")
	e.embedded.extra = leaf(".embedded.extra")
	e.tree = one(&tree[string, *inner.Leaf]{}, ".tree")
	e.tree.left = one(&tree[string, *inner.Leaf]{}, ".left")
	e.tree.value = leaf(".value")
	e.tree.key = text("a key of the generic tree", ".key")
	e.tree.box = one(&box[*inner.Leaf]{}, ".box")
	e.tree.box.content = leaf(".content")
	e.stack.Items = many([]*inner.Leaf{leaf("[0]")}, ".stack.Items")
	e.stack.Top = one(new(*inner.Leaf), ".stack.Top")
	e.anon = &struct {
		a int
		b *inner.Leaf
	}{1, leaf(".b")}
	leads(unsafe.Pointer(e.anon), ".anon")
}

//go:noinline
func interfaces(e *everything) {
	side := 2.0
	e.shape = square{&side, nil}
	sq := (*[2]unsafe.Pointer)(unsafe.Pointer(&e.shape))[1]
	is(sq, "main.square")
	leads(sq, ".shape.(main.square)")
	c := &circle{1}
	e.shapes = []shape{nil, c, square{&side, nil}}
	many(e.shapes, ".shapes")
	leads(unsafe.Pointer(c), "[1].(*main.circle)")
	e.any = leaf(".any.(*heapscope.example/names-kinds/inner.Leaf)")
	e.boxed = text("a string in an interface", "")
	is((*[2]unsafe.Pointer)(unsafe.Pointer(&e.boxed))[1], "string (header)")
	leads((*[2]unsafe.Pointer)(unsafe.Pointer(&e.boxed))[1], ".boxed.(string)")
	e.err = fmt.Errorf("wrapped: %w", errors.New("the cause"))
	leads((*[2]unsafe.Pointer)(unsafe.Pointer(&e.err))[1], ".err.(*fmt.wrapError)")
	is((*[2]unsafe.Pointer)(unsafe.Pointer(&e.err))[1], "fmt.wrapError")
	e.value.Store(leaf(""))
	e.atomic.Store(leaf(".atomic"))
	e.reflect = reflect.ValueOf(leaf(""))
	e.context = context.WithValue(context.Background(), "key", leaf(""))
	is((*[2]unsafe.Pointer)(unsafe.Pointer(&e.context))[1], "context.valueCtx")
}

//go:noinline
func library(e *everything) {
	e.builder = one(&strings.Builder{}, ".builder")
	e.builder.WriteString("what a builder has built")
	e.buffer = one(&bytes.Buffer{}, ".buffer")
	e.buffer.WriteString("what a buffer has buffered")
	e.list = one(list.New(), ".list")
	one(e.list.PushBack(leaf("")), ".root.next")
	e.table = one(&sync.Map{}, ".table")
	for i := 0; i < 50; i++ {
		key, via := fmt.Sprint("key-", i), ".(*heapscope.example/names-kinds/inner.Leaf)"
		if minor() >= 24 { // before, the entries lead to boxes
			via = fmt.Sprintf("[%q]%s", key, via)
		}
		e.table.Store(key, leaf(via))
	}
}

//go:noinline
func channels(e *everything) {
	e.queue = make(chan *inner.Leaf, 10)
	e.queue <- leaf("<-[0]")
	e.queue <- leaf("<-[1]")
	is(header(e.queue), full(reflect.TypeOf(e.queue)))
	leads(header(e.queue), ".queue")
	e.bytesC = make(chan []byte, 2)
	e.bytesC <- many(make([]byte, 64), "<-[0]")
	is(header(e.bytesC), full(reflect.TypeOf(e.bytesC)))
	e.plain = make(chan int, 20)
	is(header(e.plain), full(reflect.TypeOf(e.plain)))
}

//go:noinline
func closures(e *everything) {
	captured := &inner.Leaf{}
	n := 7
	e.function = func() string { n++; return captured.Label }
	side := 3.0
	s := square{&side, nil}
	e.method = s.area
	leads(header(e.function), ".function")
	if minor() >= 23 {
		one(captured, "captured captured")
	}
}

//go:noinline
func globals(e *everything) {
	short = leaf("")
	local.table[3].leaf = leaf("")
	local.iface = &circle{2}
	spare.(*pair).b = leaf("")
	spares[1].(*pair).b = leaf("")
	answer.Globals = []global{
		{hex(unsafe.Pointer(&short)), "main.short", ""},
		{hex(unsafe.Pointer(&local.table[3].leaf)), "main.local", ".table[3].leaf"},
		{hex(unsafe.Add(unsafe.Pointer(&local.iface), unsafe.Sizeof(short))), "main.local",
			".iface.(*main.circle)"},
		{hex(unsafe.Pointer(&spare.(*pair).b)), "*main.spare.(*main.pair)", ".b"},
		{hex(unsafe.Pointer(&spares[1].(*pair).b)), "*main.spares[1].(*main.pair)", ".b"},
	}
}

func minor() int {
	n := 99
	fmt.Sscanf(runtime.Version(), "go1.%d", &n)
	return n
}

func fields(t reflect.Type) {
	for i := 0; i < t.NumField(); i++ {
		answer.Fields = append(answer.Fields, field{full(t), t.Field(i).Name, t.Field(i).Offset})
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

//go:noinline
func start() {
	all = &everything{}
	tables = &maplets{}
}

func main() {
	start()
	for _, f := range []func(*everything){pointers, sequences, structs,
		interfaces, library, channels, closures, globals} {
		f(all)
	}
	one(all, "")
	maps()
	for _, t := range []reflect.Type{reflect.TypeOf(everything{}), reflect.TypeOf(wide{}),
		reflect.TypeOf(embedded{}), reflect.TypeOf(inner.Leaf{}), reflect.TypeOf(square{}),
		reflect.TypeOf(tree[string, *inner.Leaf]{})} {
		fields(t)
	}
	file, err := os.Create(os.Args[1])
	check(err)
	runtime.GC()
	debug.WriteHeapDump(file.Fd())
	check(file.Close())
	out, err := json.Marshal(&answer)
	check(err)
	check(os.WriteFile(os.Args[2], out, 0o666))
	runtime.KeepAlive(all)
}
