// SPDX-License-Identifier: Apache-2.0

// names writes down what package reflect says of its types and package runtime
// of its addresses, for scripts/test-names to compare with what is read from
// the executable alone:
//
//	T  address  name  size  kind  direct  mask  fields
//	P  pc  function file:line (of the innermost call that was inlined there)
package main

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"runtime"
	"strings"
	"text/template"
	"time"
	"unsafe"

	"heapscope.example/names/shape"
)

type Embedded struct{ A, B *int }

type big struct {
	Words [3000]*string
	Pairs [700]struct {
		n int
		p *big
	}
}

type Everything struct {
	Embedded
	*shape.Square
	Name    string
	Numbers []uint16
	Lookup  map[string]*shape.Square
	Large   map[[200]byte][150]int64
	Sets    map[int32]struct{}
	Any     interface{}
	Shape   shape.Shape
	Err     error
	Recv    <-chan shape.Square
	Send    chan<- *Everything
	Both    chan (<-chan int)
	Fun     func(a int, rest ...*shape.Square) (shape.Shape, error)
	None    func()
	Anon    struct {
		X    int8
		Next *Everything
		M    map[shape.Square]*[5]*shape.Square
	}
	Ptr     unsafe.Pointer
	Tree    shape.Tree[string, *Everything]
	Nested  shape.Tree[shape.Square, []shape.Tree[int, bool]]
	Array   [4]Embedded
	Empty   [0]*int
	Big     *big
	Time    time.Time
	URL     *url.URL
	Tmpl    *template.Template
	Complex complex128
	Flag    bool
}

func list(types []reflect.Type) string {
	var names []string
	for _, t := range types {
		names = append(names, name(t))
	}
	return strings.Join(names, ", ")
}

func funcName(t reflect.Type) string {
	var in, out []reflect.Type
	for i := 0; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	for i := 0; i < t.NumOut(); i++ {
		out = append(out, t.Out(i))
	}
	args := list(in)
	if t.IsVariadic() {
		last := len(in) - 1
		args = list(in[:last])
		if last > 0 {
			args += ", "
		}
		args += "..." + name(in[last].Elem())
	}
	switch len(out) {
	case 0:
		return "func(" + args + ")"
	case 1:
		return "func(" + args + ") " + list(out)
	}
	return "func(" + args + ") (" + list(out) + ")"
}

// name is what Go calls t, with full import paths.
func name(t reflect.Type) string {
	if t.Name() != "" {
		if t.PkgPath() != "" {
			return t.PkgPath() + "." + t.Name()
		}
		return t.String()
	}
	switch t.Kind() {
	case reflect.Ptr:
		return "*" + name(t.Elem())
	case reflect.Slice:
		return "[]" + name(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), name(t.Elem()))
	case reflect.Map:
		return "map[" + name(t.Key()) + "]" + name(t.Elem())
	case reflect.Chan:
		elem := name(t.Elem())
		switch t.ChanDir() {
		case reflect.RecvDir:
			return "<-chan " + elem
		case reflect.SendDir:
			return "chan<- " + elem
		}
		if strings.HasPrefix(elem, "<-") {
			elem = "(" + elem + ")"
		}
		return "chan " + elem
	case reflect.Func:
		return funcName(t)
	case reflect.Struct:
		if t.NumField() == 0 {
			return "struct {}"
		}
		var parts []string
		for i := 0; i < t.NumField(); i++ {
			f := t.Field(i)
			if f.Anonymous {
				parts = append(parts, name(f.Type))
			} else {
				parts = append(parts, f.Name+" "+name(f.Type))
			}
		}
		return "struct { " + strings.Join(parts, "; ") + " }"
	}
	return t.String()
}

func direct(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Ptr, reflect.Map, reflect.Chan, reflect.Func,
		reflect.UnsafePointer:
		return true
	case reflect.Array:
		return t.Len() == 1 && direct(t.Elem())
	case reflect.Struct:
		return t.NumField() == 1 && direct(t.Field(0).Type)
	}
	return false
}

const word = unsafe.Sizeof(uintptr(0))

// pointers marks the words of t, at offset, that the collector follows.
func pointers(mask []byte, t reflect.Type, offset uintptr) {
	switch t.Kind() {
	case reflect.Ptr, reflect.Map, reflect.Chan, reflect.Func,
		reflect.UnsafePointer, reflect.String, reflect.Slice:
		mask[offset/word] = '1'
	case reflect.Interface:
		mask[offset/word+1] = '1'
	case reflect.Array:
		for i := 0; i < t.Len(); i++ {
			pointers(mask, t.Elem(), offset+uintptr(i)*t.Elem().Size())
		}
	case reflect.Struct:
		for i := 0; i < t.NumField(); i++ {
			pointers(mask, t.Field(i).Type, offset+t.Field(i).Offset)
		}
	}
}

func address(t reflect.Type) uintptr {
	return (*[2]uintptr)(unsafe.Pointer(&t))[1]
}

func tell(out *bufio.Writer, t reflect.Type) {
	mask := []byte(strings.Repeat("0", int((t.Size()+word-1)/word)))
	pointers(mask, t, 0)
	fmt.Fprintf(out, "T\t%x\t%s\t%d\t%d\t%t\t%s\t", address(t), name(t),
		t.Size(), t.Kind(), direct(t), strings.TrimRight(string(mask), "0"))
	for i := 0; t.Kind() == reflect.Struct && i < t.NumField(); i++ {
		f := t.Field(i)
		fmt.Fprintf(out, "%s %d %t %x,", f.Name, f.Offset, f.Anonymous,
			address(f.Type))
	}
	fmt.Fprintln(out)
}

// types tells of all types that lead from t on, methods left out.
func types(out *bufio.Writer, t reflect.Type) {
	seen := map[reflect.Type]bool{t: true}
	queue := []reflect.Type{t}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		tell(out, t)
		var next []reflect.Type
		switch t.Kind() {
		case reflect.Ptr, reflect.Slice, reflect.Array, reflect.Chan:
			next = append(next, t.Elem())
		case reflect.Map:
			next = append(next, t.Key(), t.Elem())
		case reflect.Struct:
			for i := 0; i < t.NumField(); i++ {
				next = append(next, t.Field(i).Type)
			}
		case reflect.Func:
			for i := 0; i < t.NumIn(); i++ {
				next = append(next, t.In(i))
			}
			for i := 0; i < t.NumOut(); i++ {
				next = append(next, t.Out(i))
			}
		}
		for _, n := range next {
			if !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
}

// places tells of addresses before and behind main.main.  A return address is
// what CallersFrames expects.
func places(out *bufio.Writer) {
	from := reflect.ValueOf(main).Pointer()
	for i := -30000; i < 3000; i++ {
		pc := from + uintptr(i*37)
		f, next := runtime.FuncForPC(pc), runtime.FuncForPC(pc+1)
		if f == nil || next == nil || f.Entry() != next.Entry() {
			continue
		}
		frame, _ := runtime.CallersFrames([]uintptr{pc + 1}).Next()
		fmt.Fprintf(out, "P\t%x\t%s %s:%d\n", pc, frame.Function,
			frame.File, frame.Line)
	}
}

func main() {
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(file)
	types(out, reflect.TypeOf(new(Everything)))
	if len(os.Args) == 2 {
		places(out)
	}
	if out.Flush() != nil || file.Close() != nil {
		os.Exit(1)
	}
}
