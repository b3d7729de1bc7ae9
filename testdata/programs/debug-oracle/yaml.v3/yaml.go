// SPDX-License-Identifier: Apache-2.0

// Package yaml is in a folder whose name the linker escapes.
package yaml

// Node is a type that leads back to itself.
type Node struct {
	Next *Node
	Kids []*Node
	Any  any
	kind uint8
}

// Root and Cache are variables of another package.
var (
	Root  = &Node{Any: 3, kind: 1}
	Cache = map[string]*Node{"root": Root}
)
