// SPDX-License-Identifier: Apache-2.0

// dump-shards has a global array of lists, as caches have that are divided
// for the sake of their locks. Without names each word is a variable.
package main

import (
	"sync"
	"unsafe"

	"heapscope.example/answer"
)

type node struct {
	next *node
	body *[1024]byte
}

type shard struct {
	sync.RWMutex
	count int
	head  *node
}

var shards [32]shard

func build() {
	for i := range shards {
		for n := 0; n < 10+i%3; n++ {
			shards[i].head = &node{shards[i].head, new([1024]byte)}
			shards[i].count++
		}
	}
}

func main() {
	s := answer.New("dump-shards")
	answer.Build(build)
	for i := range shards {
		s.Holds(answer.Global("shards", unsafe.Pointer(&shards[i].head)),
			answer.Of(shards[i].count, unsafe.Sizeof(node{})).Plus(
				answer.Flat(shards[i].count, 1024)))
	}
	s.Dump(nil)
}
