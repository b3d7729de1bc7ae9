// SPDX-License-Identifier: Apache-2.0

// Package shape has types of a package whose path is longer than its name.
package shape

type Square struct {
	Side float64
	tag  string
}

func (s *Square) Area() float64 { return s.Side * s.Side }

type Shape interface{ Area() float64 }

type Tree[K comparable, V any] struct {
	Left, Right *Tree[K, V]
	Key         K
	Value       V
	Index       map[K]*V
}
