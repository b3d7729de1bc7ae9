// SPDX-License-Identifier: Apache-2.0

// debug-oracle says of its own variables, locals and closures what the
// debug information must say.
//
//	debug-oracle DUMP JSON
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	yaml "heapscope.example/debug.oracle/app/yaml.v3"
)

type pair[K comparable, V any] struct {
	Key K
	Val V
}

type tree[T any] struct {
	left, right *tree[T]
	item        T
}

type shape interface{ Area() float64 }

type square struct{ side float64 }

func (s *square) Area() float64 { return s.side * s.side }

type inner struct {
	a byte
	b [3]uint16
	c *inner
}

type outer struct {
	sync.Mutex
	*inner
	named   inner
	list    []inner
	_       [5]byte
	nothing struct{}
	anon    struct {
		x int8
		Y []struct{ z map[string]*outer }
	}
	call  func(*outer, ...int) (string, error)
	shape shape
	text  label
	tail  struct{}
}

type (
	label   string
	labels  []label
	index   map[label]*outer
	queue   chan<- *outer
	handler func(io.Writer, *outer)
	grid    [4][2]*inner
	alias   = outer
	nowhere struct{ p *int } // nothing of it is ever allocated
)

var (
	vBool       = true
	vInt        = 7
	vInt8       int8
	vInt16      int16
	vInt32      int32
	vInt64      int64
	vUint       uint
	vUint8      uint8 = 3
	vUint16     uint16
	vUint32     uint32
	vUint64     uint64
	vUintptr    uintptr
	vFloat32    float32
	vFloat64    = 1.5
	vComplex64  complex64
	vComplex128 complex128
	vRune       = 'x'
	vString     = "text"
	vLabel      label
	vArray      [3]*int
	vMatrix     [2][3]float32
	vGrid       grid
	vSlice      = []int{1, 2, 3}
	vSlices     [][]string
	vLabels     labels
	vBytes      = []byte("bytes")
	vPointer    = &vInt
	vPointers   **outer
	vUnsafe     unsafe.Pointer
	vMap        = map[string]int{"a": 1}
	vMapOfMaps  map[[2]int]map[string]*outer
	vIndex      index
	vNil        map[pair[int, string]]struct{}
	vChan       = make(chan *outer, 2)
	vQueue      queue
	vReceive    <-chan struct{}
	vFunc       func()
	vFunc2      func(int, ...string) (error, bool)
	vHandler    handler
	vError      error
	vAny        any   = 3
	vShape      shape = &square{2}
	vStringer   fmt.Stringer
	vInline     interface{ Len() int }
	vStruct     outer
	vAlias      alias
	vAnonymous  struct {
		a int
		B *string
	}
	vEmpty    struct{}
	vNested   struct{ o struct{ i struct{ p *int } } }
	vLiteral  = &outer{text: "literal"}
	vList     = []*inner{{a: 1}, {a: 2}}
	vPair     pair[string, []int]
	vPairs    = []pair[label, *yaml.Node]{{"n", yaml.Root}}
	vTree     *tree[pair[int, string]]
	vNode     yaml.Node
	vNodes    map[string][]*yaml.Node
	vMutex    sync.RWMutex
	vOnce     sync.Once
	vMapSync  sync.Map
	vPool     = sync.Pool{New: func() any { return new(outer) }}
	vAtomic   atomic.Value
	vBuffer   bytes.Buffer
	vTime     time.Time
	vTimer    *time.Timer
	vNowhere  nowhere
	vNowhere2 *nowhere
	vNowhere3 map[string]nowhere
	vNowhere4 [2]chan nowhere
	vFile     *os.File
	été       []string
)

type field struct {
	Name     string  `json:"name"`
	Offset   uintptr `json:"offset"`
	Type     string  `json:"type"`
	Embedded bool    `json:"embedded"`
}

type kind struct {
	Kind   int     `json:"kind"`
	Size   uintptr `json:"size"`
	Length int     `json:"length"`
	Elem   string  `json:"elem"`
	Key    string  `json:"key"`
	Fields []field `json:"fields"`
}

type variable struct {
	Name    string  `json:"name"`
	Address string  `json:"address"`
	Size    uintptr `json:"size"`
	Type    string  `json:"type"`
}

type local struct {
	Function string `json:"function"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Word     string `json:"word"`
}

type closure struct {
	Entry  string  `json:"entry"`
	Since  int     `json:"since"`
	Fields []field `json:"fields"`
}

type sheet struct {
	Minor     int             `json:"minor"`
	Variables []variable      `json:"variables"`
	Types     map[string]kind `json:"types"`
	Locals    []local         `json:"locals"`
	Closures  []closure       `json:"closures"`
}

var answer = sheet{Types: map[string]kind{}}

func hex(p uintptr) string { return fmt.Sprintf("%#x", p) }

// full is a type's name as reflect has it, but with whole import paths.
func full(t reflect.Type) string {
	if t.Name() != "" {
		if t.PkgPath() != "" {
			return t.PkgPath() + "." + t.Name()
		}
		return t.Name()
	}
	switch t.Kind() {
	case reflect.Ptr:
		return "*" + full(t.Elem())
	case reflect.Slice:
		return "[]" + full(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), full(t.Elem()))
	case reflect.Map:
		return "map[" + full(t.Key()) + "]" + full(t.Elem())
	case reflect.Chan:
		return t.ChanDir().String() + " " + full(t.Elem())
	case reflect.Func:
		return function(t)
	case reflect.Struct:
		s := "struct {"
		for i := 0; i < t.NumField(); i++ {
			f := t.Field(i)
			if i > 0 {
				s += ";"
			}
			s += " "
			if !f.Anonymous {
				s += f.Name + " "
			}
			s += full(f.Type)
		}
		if t.NumField() > 0 {
			s += " "
		}
		return s + "}"
	case reflect.Interface:
		s := "interface {"
		for i := 0; i < t.NumMethod(); i++ {
			if i > 0 {
				s += ";"
			}
			s += " " + t.Method(i).Name + function(t.Method(i).Type)[4:]
		}
		if t.NumMethod() > 0 {
			s += " "
		}
		return s + "}"
	}
	return t.String()
}

func function(t reflect.Type) string {
	s := "func("
	for i := 0; i < t.NumIn(); i++ {
		if i > 0 {
			s += ", "
		}
		if t.IsVariadic() && i == t.NumIn()-1 {
			s += "..." + full(t.In(i).Elem())
		} else {
			s += full(t.In(i))
		}
	}
	s += ")"
	for i := 0; i < t.NumOut(); i++ {
		switch {
		case i > 0:
			s += ", "
		case t.NumOut() > 1:
			s += " ("
		default:
			s += " "
		}
		s += full(t.Out(i))
	}
	if t.NumOut() > 1 {
		s += ")"
	}
	return s
}

// describe notes what T is made of, and all that is made of.
func describe(t reflect.Type) string {
	name := full(t)
	if _, known := answer.Types[name]; known {
		return name
	}
	k := kind{Kind: int(t.Kind()), Size: t.Size()}
	answer.Types[name] = k
	switch t.Kind() {
	case reflect.Array:
		k.Length = t.Len()
		k.Elem = describe(t.Elem())
	case reflect.Ptr, reflect.Slice, reflect.Chan:
		k.Elem = describe(t.Elem())
	case reflect.Map:
		k.Key = describe(t.Key())
		k.Elem = describe(t.Elem())
	case reflect.Struct:
		for i := 0; i < t.NumField(); i++ {
			f := t.Field(i)
			k.Fields = append(k.Fields, field{f.Name, f.Offset,
				describe(f.Type), f.Anonymous})
		}
	}
	answer.Types[name] = k
	return name
}

func add(name string, pointer any) {
	v := reflect.ValueOf(pointer)
	t := v.Type().Elem()
	if t.Size() == 0 {
		return // has no place
	}
	answer.Variables = append(answer.Variables, variable{name,
		hex(v.Pointer()), t.Size(), describe(t)})
}

// is notes a local of the calling function, whose word is WORD.
func is(name string, t any, word unsafe.Pointer) {
	pc, _, _, _ := runtime.Caller(1)
	l := local{runtime.FuncForPC(pc).Name(), name, "", hex(uintptr(word))}
	if t != nil { // a type parameter is of no type that it could tell
		l.Type = describe(reflect.TypeOf(t))
	}
	answer.Locals = append(answer.Locals, l)
}

// captures notes what the closure F must have captured from Go 1.SINCE on.
func captures(f any, since int, fields ...field) {
	data := (*[2]unsafe.Pointer)(unsafe.Pointer(&f))[1]
	answer.Closures = append(answer.Closures, closure{
		hex(*(*uintptr)(data)), since, fields})
}

func capture(name string, offset uintptr, t any) field {
	return field{Name: name, Offset: offset, Type: describe(reflect.TypeOf(t))}
}

// describeVariables notes them all.
func describeVariables() {
	add("main.vBool", &vBool)
	add("main.vInt", &vInt)
	add("main.vInt8", &vInt8)
	add("main.vInt16", &vInt16)
	add("main.vInt32", &vInt32)
	add("main.vInt64", &vInt64)
	add("main.vUint", &vUint)
	add("main.vUint8", &vUint8)
	add("main.vUint16", &vUint16)
	add("main.vUint32", &vUint32)
	add("main.vUint64", &vUint64)
	add("main.vUintptr", &vUintptr)
	add("main.vFloat32", &vFloat32)
	add("main.vFloat64", &vFloat64)
	add("main.vComplex64", &vComplex64)
	add("main.vComplex128", &vComplex128)
	add("main.vRune", &vRune)
	add("main.vString", &vString)
	add("main.vLabel", &vLabel)
	add("main.vArray", &vArray)
	add("main.vMatrix", &vMatrix)
	add("main.vGrid", &vGrid)
	add("main.vSlice", &vSlice)
	add("main.vSlices", &vSlices)
	add("main.vLabels", &vLabels)
	add("main.vBytes", &vBytes)
	add("main.vPointer", &vPointer)
	add("main.vPointers", &vPointers)
	add("main.vUnsafe", &vUnsafe)
	add("main.vMap", &vMap)
	add("main.vMapOfMaps", &vMapOfMaps)
	add("main.vIndex", &vIndex)
	add("main.vNil", &vNil)
	add("main.vChan", &vChan)
	add("main.vQueue", &vQueue)
	add("main.vReceive", &vReceive)
	add("main.vFunc", &vFunc)
	add("main.vFunc2", &vFunc2)
	add("main.vHandler", &vHandler)
	add("main.vError", &vError)
	add("main.vAny", &vAny)
	add("main.vShape", &vShape)
	add("main.vStringer", &vStringer)
	add("main.vInline", &vInline)
	add("main.vStruct", &vStruct)
	add("main.vAlias", &vAlias)
	add("main.vAnonymous", &vAnonymous)
	add("main.vEmpty", &vEmpty)
	add("main.vNested", &vNested)
	add("main.vLiteral", &vLiteral)
	add("main.vList", &vList)
	add("main.vPair", &vPair)
	add("main.vPairs", &vPairs)
	add("main.vTree", &vTree)
	add("main.vNode", &vNode)
	add("main.vNodes", &vNodes)
	add("main.vMutex", &vMutex)
	add("main.vOnce", &vOnce)
	add("main.vMapSync", &vMapSync)
	add("main.vPool", &vPool)
	add("main.vAtomic", &vAtomic)
	add("main.vBuffer", &vBuffer)
	add("main.vTime", &vTime)
	add("main.vTimer", &vTimer)
	add("main.vNowhere", &vNowhere)
	add("main.vNowhere2", &vNowhere2)
	add("main.vNowhere3", &vNowhere3)
	add("main.vNowhere4", &vNowhere4)
	add("main.vFile", &vFile)
	add("main.été", &été)
}
