// SPDX-License-Identifier: Apache-2.0

// Package inner has types whose import path is longer than their name.
package inner

// Leaf is what other packages hold.
type Leaf struct {
	Next  *Leaf
	Label string
}

// Stack is generic.
type Stack[T any] struct {
	Items []T
	Top   *T
}
