// SPDX-License-Identifier: Apache-2.0

// dump-classes scatters objects over every small size class, with and without
// pointers, and frees most of them: its spans have every kind of tail.
package main

import (
	"runtime"
	"unsafe"

	"heapscope.example/answer"
)

type (
	p8 struct {
		p *byte
		x [0]uintptr
	}
	p16 struct {
		p *byte
		x [1]uintptr
	}
	p24 struct {
		p *byte
		x [2]uintptr
	}
	p32 struct {
		p *byte
		x [3]uintptr
	}
	p48 struct {
		p *byte
		x [5]uintptr
	}
	p64 struct {
		p *byte
		x [7]uintptr
	}
	p80 struct {
		p *byte
		x [9]uintptr
	}
	p96 struct {
		p *byte
		x [11]uintptr
	}
	p112 struct {
		p *byte
		x [13]uintptr
	}
	p128 struct {
		p *byte
		x [15]uintptr
	}
	p144 struct {
		p *byte
		x [17]uintptr
	}
	p160 struct {
		p *byte
		x [19]uintptr
	}
	p176 struct {
		p *byte
		x [21]uintptr
	}
	p192 struct {
		p *byte
		x [23]uintptr
	}
	p208 struct {
		p *byte
		x [25]uintptr
	}
	p224 struct {
		p *byte
		x [27]uintptr
	}
	p240 struct {
		p *byte
		x [29]uintptr
	}
	p256 struct {
		p *byte
		x [31]uintptr
	}
	p288 struct {
		p *byte
		x [35]uintptr
	}
	p320 struct {
		p *byte
		x [39]uintptr
	}
	p352 struct {
		p *byte
		x [43]uintptr
	}
	p384 struct {
		p *byte
		x [47]uintptr
	}
	p416 struct {
		p *byte
		x [51]uintptr
	}
	p448 struct {
		p *byte
		x [55]uintptr
	}
	p480 struct {
		p *byte
		x [59]uintptr
	}
	p512 struct {
		p *byte
		x [63]uintptr
	}
	p576 struct {
		p *byte
		x [71]uintptr
	}
	p1024 struct {
		p *byte
		x [127]uintptr
	}
)

var (
	kept   *[2000]unsafe.Pointer
	random uint32 = 1
)

func next(n int) int {
	random = random*1664525 + 1013904223
	return int(random>>8) % n
}

func object(kind int) (unsafe.Pointer, answer.Tally) {
	switch kind {
	case 0:
		return unsafe.Pointer(new(p8)), answer.Of(1, unsafe.Sizeof(p8{}))
	case 1:
		return unsafe.Pointer(new(p16)), answer.Of(1, unsafe.Sizeof(p16{}))
	case 2:
		return unsafe.Pointer(new(p24)), answer.Of(1, unsafe.Sizeof(p24{}))
	case 3:
		return unsafe.Pointer(new(p32)), answer.Of(1, unsafe.Sizeof(p32{}))
	case 4:
		return unsafe.Pointer(new(p48)), answer.Of(1, unsafe.Sizeof(p48{}))
	case 5:
		return unsafe.Pointer(new(p64)), answer.Of(1, unsafe.Sizeof(p64{}))
	case 6:
		return unsafe.Pointer(new(p80)), answer.Of(1, unsafe.Sizeof(p80{}))
	case 7:
		return unsafe.Pointer(new(p96)), answer.Of(1, unsafe.Sizeof(p96{}))
	case 8:
		return unsafe.Pointer(new(p112)), answer.Of(1, unsafe.Sizeof(p112{}))
	case 9:
		return unsafe.Pointer(new(p128)), answer.Of(1, unsafe.Sizeof(p128{}))
	case 10:
		return unsafe.Pointer(new(p144)), answer.Of(1, unsafe.Sizeof(p144{}))
	case 11:
		return unsafe.Pointer(new(p160)), answer.Of(1, unsafe.Sizeof(p160{}))
	case 12:
		return unsafe.Pointer(new(p176)), answer.Of(1, unsafe.Sizeof(p176{}))
	case 13:
		return unsafe.Pointer(new(p192)), answer.Of(1, unsafe.Sizeof(p192{}))
	case 14:
		return unsafe.Pointer(new(p208)), answer.Of(1, unsafe.Sizeof(p208{}))
	case 15:
		return unsafe.Pointer(new(p224)), answer.Of(1, unsafe.Sizeof(p224{}))
	case 16:
		return unsafe.Pointer(new(p240)), answer.Of(1, unsafe.Sizeof(p240{}))
	case 17:
		return unsafe.Pointer(new(p256)), answer.Of(1, unsafe.Sizeof(p256{}))
	case 18:
		return unsafe.Pointer(new(p288)), answer.Of(1, unsafe.Sizeof(p288{}))
	case 19:
		return unsafe.Pointer(new(p320)), answer.Of(1, unsafe.Sizeof(p320{}))
	case 20:
		return unsafe.Pointer(new(p352)), answer.Of(1, unsafe.Sizeof(p352{}))
	case 21:
		return unsafe.Pointer(new(p384)), answer.Of(1, unsafe.Sizeof(p384{}))
	case 22:
		return unsafe.Pointer(new(p416)), answer.Of(1, unsafe.Sizeof(p416{}))
	case 23:
		return unsafe.Pointer(new(p448)), answer.Of(1, unsafe.Sizeof(p448{}))
	case 24:
		return unsafe.Pointer(new(p480)), answer.Of(1, unsafe.Sizeof(p480{}))
	case 25:
		return unsafe.Pointer(new(p512)), answer.Of(1, unsafe.Sizeof(p512{}))
	case 26:
		return unsafe.Pointer(new(p576)), answer.Of(1, unsafe.Sizeof(p576{}))
	case 27:
		return unsafe.Pointer(new(p1024)), answer.Of(1, unsafe.Sizeof(p1024{}))
	}
	size := 16 + next(1100)
	return unsafe.Pointer(&make([]byte, size)[0]), answer.Flat(1, uintptr(size))
}

// keep fills one in N slots and lets the rest of what it made go.
func keep(slots []unsafe.Pointer, n int) (t answer.Tally) {
	made := make([]unsafe.Pointer, 0, len(slots)*n)
	for i := range slots {
		for j := 0; j < n; j++ {
			p, one := object(next(56))
			made = append(made, p)
			if j == 0 {
				slots[i] = p
				t = t.Plus(one)
			}
		}
	}
	runtime.KeepAlive(made)
	return t
}

func main() {
	s := answer.New("dump-classes")
	t := answer.Of(1, unsafe.Sizeof(*kept))
	answer.Build(func() {
		kept = new([2000]unsafe.Pointer)
		t = t.Plus(keep(kept[:1200], 2), keep(kept[1200:1800], 12),
			keep(kept[1800:], 60))
	})
	s.Holds(answer.Global("kept", unsafe.Pointer(&kept)), t)
	s.Dump(nil)
}
