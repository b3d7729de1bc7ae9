// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"unsafe"

	"heapscope.example/names-kinds/inner"
)

type point struct{ x, y int }

type long [200]byte // too long for a slot of a map

type maplets struct {
	small    map[string]*inner.Leaf
	large    map[string]*inner.Leaf
	growing  map[int]*inner.Leaf
	deleted  map[uint16]*inner.Leaf
	presized map[string]*inner.Leaf
	points   map[point]*inner.Leaf
	floats   map[float64]*inner.Leaf
	anys     map[any]*inner.Leaf
	ids      map[[16]byte]*inner.Leaf
	indirect map[long]*inner.Leaf
	values   map[int]big
	keys     map[*inner.Leaf]int
	sets     map[string]struct{}
	slices   map[string][]byte
	numbers  map[int]int
	nested   map[string]map[string]*inner.Leaf
	quoted   map[string]*inner.Leaf
	bools    map[bool]*inner.Leaf
	named    registry
	waves    map[complex128]*inner.Leaf
	types    map[reflect.Type]*inner.Leaf
	places   map[*place]*inner.Leaf
	hosts    map[netip.Addr]*inner.Leaf
}

type registry map[string]*inner.Leaf

// place has a pointer, so that what is there is in the dump.
type place struct {
	x, y int
	name string
}

var (
	origin  place
	corners [4]struct{ at place }
	preset  = &place{1, 2, "preset"}
)

// more adds what newer versions of Go have.
var more []func()

// big does not fit into a slot of a map.
type big struct {
	leaf *inner.Leaf
	rest [40]int
}

var tables *maplets

func mapIs[M any](m M) M {
	is(header(m), full(reflect.TypeOf(m)))
	return m
}

func fill[K comparable](m map[K]*inner.Leaf, n int, key func(i int) K, via func(i int) string) map[K]*inner.Leaf {
	for i := 0; i < n; i++ {
		m[key(i)] = leaf(via(i))
	}
	return mapIs(m)
}

// behind is a leaf that is reached by a key that points to P, a variable.
func behind(p *place, via string) *inner.Leaf {
	l := leaf("")
	answer.Edges = append(answer.Edges,
		edge{hex(unsafe.Pointer(l)), via, "[" + hex(unsafe.Pointer(p)) + "]"})
	return l
}

func id(i int) int { return i }

func number(i int) string { return fmt.Sprintf("[%d]", i) }

func word(i int) string { return "key-" + strconv.Itoa(i) }

func quote(i int) string { return fmt.Sprintf("[%q]", word(i)) }

//go:noinline
func maps() {
	t := tables
	one(t, "")
	t.small = fill(map[string]*inner.Leaf{}, 3, word, quote)
	t.large = fill(map[string]*inner.Leaf{}, 1000, word, quote)
	// Go < 1.24 grows little by little: 8 * 6.5 and a bit more.
	t.growing = fill(map[int]*inner.Leaf{}, 6656/8+2, id, number)
	t.deleted = map[uint16]*inner.Leaf{}
	for i := 0; i < 600; i++ {
		t.deleted[uint16(i)] = &inner.Leaf{}
	}
	for i := 0; i < 600; i++ {
		if i%10 != 0 {
			delete(t.deleted, uint16(i))
		} else {
			one(t.deleted[uint16(i)], number(i))
		}
	}
	mapIs(t.deleted)
	t.presized = fill(make(map[string]*inner.Leaf, 500), 20, word, quote)
	t.points = fill(map[point]*inner.Leaf{}, 9,
		func(i int) point { return point{i, -i} },
		func(i int) string { return fmt.Sprintf("[{%d, %d}]", i, -i) })
	t.floats = fill(map[float64]*inner.Leaf{}, 9,
		func(i int) float64 { return float64(i) + 0.5 },
		func(i int) string { return fmt.Sprintf("[%v]", float64(i)+0.5) })
	t.anys = map[any]*inner.Leaf{7: leaf("[7]"), "seven": leaf(`["seven"]`), true: leaf("[true]"),
		point{1, 2}: leaf("[{1, 2}]"), struct{}{}: leaf("[{}]"), [0]int{}: leaf("[[]]"),
		any(nil): leaf("[nil]"), (*point)(nil): leaf("[nil]"), [2]any{1, "a"}: leaf(`[[1, "a"]]`),
		reflect.TypeOf(point{}): leaf("[main.point]")}
	t.anys[&origin] = behind(&origin, "[&main.origin]")
	mapIs(t.anys)
	t.ids = fill(map[[16]byte]*inner.Leaf{}, 3,
		func(i int) [16]byte { return [16]byte{byte(i), 0xab} },
		func(i int) string { return fmt.Sprintf("[0x%02xab%028d]", i, 0) })
	t.indirect = map[long]*inner.Leaf{}
	for i := 0; i < 40; i++ {
		t.indirect[long{byte(i), 1}] = leaf(fmt.Sprintf("[0x%02x01%036d…]", i, 0))
	}
	mapIs(t.indirect)
	t.values = map[int]big{}
	for i := 0; i < 30; i++ {
		t.values[i] = big{leaf: leaf(".leaf")}
	}
	mapIs(t.values)
	t.keys = map[*inner.Leaf]int{}
	for i := 0; i < 12; i++ {
		k := leaf("")
		t.keys[k] = i
		leads(unsafe.Pointer(k), "key "+hex(unsafe.Pointer(k)))
	}
	t.sets = map[string]struct{}{}
	for i := 0; i < 100; i++ {
		t.sets[text(fmt.Sprintf("member-of-the-set-%04d", i), fmt.Sprintf("key \"member-of-the-set-%04d\"", i))] = struct{}{}
	}
	mapIs(t.sets)
	t.slices = map[string][]byte{"one": many(make([]byte, 50), `["one"]`)}
	mapIs(t.slices)
	t.numbers = map[int]int{}
	for i := 0; i < 100; i++ {
		t.numbers[i] = i
	}
	mapIs(t.numbers)
	t.nested = map[string]map[string]*inner.Leaf{"outer": fill(map[string]*inner.Leaf{}, 2, word, quote)}
	leads(header(t.nested["outer"]), `["outer"]`)
	mapIs(t.nested)
	t.quoted = map[string]*inner.Leaf{
		"a \"quote\"\n": leaf(`["a \"quote\"\n"]`),
		"ümlaut":        leaf(`["ümlaut"]`),
		"\xff\x00":      leaf(`["\xff\x00"]`),
		"0123456789012345678901234567890123456789+more": leaf(`["0123456789012345678901234567890123456789…"]`),
	}
	mapIs(t.quoted)
	t.bools = map[bool]*inner.Leaf{true: leaf("[true]"), false: leaf("[false]")}
	mapIs(t.bools)
	t.waves = map[complex128]*inner.Leaf{1 + 2i: leaf("[(1+2i)]"), -0.5 - 3i: leaf("[(-0.5-3i)]")}
	mapIs(t.waves)
	t.types = map[reflect.Type]*inner.Leaf{
		reflect.TypeOf(point{}):       leaf("[main.point]"),
		reflect.TypeOf([]string(nil)): leaf("[[]string]"),
		reflect.TypeOf(&inner.Leaf{}): leaf("[*heapscope.example/names-kinds/inner.Leaf]"),
	}
	mapIs(t.types)
	t.places = map[*place]*inner.Leaf{nil: leaf("[nil]")}
	for p, name := range map[*place]string{&origin: "&main.origin",
		&corners[2].at: "&main.corners[2].at", preset: "main.preset"} {
		t.places[p] = behind(p, "["+name+"]")
	}
	mapIs(t.places)
	t.hosts = map[netip.Addr]*inner.Leaf{{}: leaf("[invalid IP]")}
	for _, text := range []string{"10.0.0.1", "0.0.0.0", "255.254.253.252", "::", "::1",
		"fe80::1", "2001:db8::ff:0:1", "1:0:0:2::3", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1",
		"::102:304", "1:2:3:4:5:6::", "0:1::"} {
		// Without the names of variables only newer versions can be told.
		bare := ""
		addr := netip.MustParseAddr(text)
		l := leaf("")
		if minor() < 23 {
			its := (*struct {
				hi, lo uint64
				z      unsafe.Pointer
			})(unsafe.Pointer(&addr))
			bare = fmt.Sprintf("[{{%d, %d}, %s}]", its.hi, its.lo, hex(its.z))
		}
		t.hosts[addr] = l
		answer.Edges = append(answer.Edges, edge{hex(unsafe.Pointer(l)), "[" + addr.String() + "]", bare})
	}
	zoned := netip.MustParseAddr("fe80::2").WithZone("eth0")
	if minor() >= 23 {
		t.hosts[zoned] = leaf("[fe80::2%eth0]")
	}
	mapIs(t.hosts)
	for _, f := range more {
		f()
	}
	t.named = registry(fill(map[string]*inner.Leaf{}, 300, word, quote))
	answer.Objects[len(answer.Objects)-1].Type = full(reflect.TypeOf(t.named))
	leads(header(t.named), ".named")
}
