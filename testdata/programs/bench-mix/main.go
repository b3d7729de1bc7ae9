// SPDX-License-Identifier: Apache-2.0

// bench-mix is for measuring what types cost: it holds as many customers as it
// is told to, about 36 objects each, of every ordinary kind: maps of structs,
// slices, strings, lists, a tree, interfaces, closures and channels.
//
//	bench-mix DUMP CUSTOMERS
package main

import (
	"container/list"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

type Address struct {
	Street, City string
	Zip          int
}
type Item struct {
	SKU   string
	Price float64
	Tags  []string
	Meta  map[string]string
}
type Order struct {
	ID       int64
	Customer *Customer
	Items    []*Item
	Total    float64
	Notes    []byte
	Next     *Order
}
type Customer struct {
	Name, Email string
	Addr        *Address
	Orders      []*Order
	Attr        map[string]any
	Hook        func() int
}
type Shape interface{ Area() float64 }
type Square struct {
	side  float64
	label *string
}
type Circle struct{ r float64 }

func (s *Square) Area() float64 { return s.side }
func (c *Circle) Area() float64 { return c.r }

type Node struct {
	key         int
	left, right *Node
	val         any
}
type Point struct{ X, Y int32 }

var (
	customers = map[string]*Customer{}
	byID      = map[int64]*Order{}
	shapes    []Shape
	lru       = list.New()
	tree      *Node
	points    = map[Point]struct{ a, b *int }{}
	chans     []chan *Order
	anys      []any
)

func insert(n *Node, k int, v any) *Node {
	if n == nil {
		return &Node{key: k, val: v}
	}
	p := n
	for {
		if k < p.key {
			if p.left == nil {
				p.left = &Node{key: k, val: v}
				return n
			}
			p = p.left
		} else {
			if p.right == nil {
				p.right = &Node{key: k, val: v}
				return n
			}
			p = p.right
		}
	}
}

func main() {
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	r := rand.New(rand.NewSource(1))
	id := int64(0)
	for i := 0; i < n; i++ {
		c := &Customer{Name: fmt.Sprintf("customer-%d", i), Email: fmt.Sprintf("c%d@example.com", i),
			Addr: &Address{Street: fmt.Sprintf("street %d", i*7), City: "Bern", Zip: i}}
		if i%4 == 0 {
			c.Attr = map[string]any{"n": i, "s": fmt.Sprint("v", i), "p": &Point{1, int32(i)}}
		}
		k := i
		c.Hook = func() int { return k + len(c.Name) }
		var last *Order
		for j := 0; j < 1+r.Intn(4); j++ {
			id++
			o := &Order{ID: id, Customer: c, Total: float64(j), Next: last, Notes: make([]byte, 20+r.Intn(120))}
			for x := 0; x < 1+r.Intn(3); x++ {
				it := &Item{SKU: fmt.Sprintf("sku-%08d", r.Intn(1e8)), Price: 3}
				for y := 0; y < r.Intn(3); y++ {
					it.Tags = append(it.Tags, fmt.Sprintf("tag-number-%d", y))
				}
				if x == 0 && j == 0 && i%8 == 0 {
					it.Meta = map[string]string{"color": "red", "k" + strconv.Itoa(i): "v" + strconv.Itoa(i)}
				}
				o.Items = append(o.Items, it)
			}
			c.Orders = append(c.Orders, o)
			byID[id] = o
			last = o
			if r.Intn(3) == 0 {
				lru.PushBack(o)
			}
		}
		customers[c.Name] = c
		if i%2 == 0 {
			s := fmt.Sprint("sq", i)
			shapes = append(shapes, &Square{1, &s})
		} else {
			shapes = append(shapes, &Circle{2})
		}
		tree = insert(tree, r.Int(), i)
		if i%3 == 0 {
			a := i
			points[Point{int32(i), 3}] = struct{ a, b *int }{&a, nil}
			anys = append(anys, i, fmt.Sprint(i), Point{1, 2}, []int{1, 2, 3})
		}
		if i%50 == 0 {
			ch := make(chan *Order, 4)
			ch <- last
			chans = append(chans, ch)
		}
	}
	for i := 0; i < 50; i++ {
		go func() { o := byID[int64(i)]; <-make(chan int); runtime.KeepAlive(o) }()
	}
	runtime.GC()
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(f.Fd())
	f.Close()
	runtime.KeepAlive(chans)
}
