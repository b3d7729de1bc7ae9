// SPDX-License-Identifier: Apache-2.0

// dump-tree holds a binary tree of 131,071 nodes, whose inner nodes also
// know their parent.
package main

import (
	"unsafe"

	"heapscope.example/answer"
)

type node struct {
	left, right, up *node
}

const depth = 17

var root *node

func grow(up *node, levels int) *node {
	if levels == 0 {
		return nil
	}
	n := &node{up: up}
	n.left = grow(n, levels-1)
	n.right = grow(n, levels-1)
	return n
}

func main() {
	s := answer.New("dump-tree")
	answer.Build(func() { root = grow(nil, depth) })
	s.Holds(answer.Global("root", unsafe.Pointer(&root)),
		answer.Of(1<<depth-1, unsafe.Sizeof(node{})))
	s.Paths["deepest leaf"] = depth
	s.Dump(nil)
}
