// SPDX-License-Identifier: Apache-2.0

//go:build go1.23

package main

import (
	"iter"
	"unique"

	"heapscope.example/names-kinds/inner"
)

var (
	handles map[unique.Handle[token]]*inner.Leaf
	pulled  func() (int, bool)
)

type token struct {
	text   string
	number int
}

func init() {
	more = append(more, func() {
		handles = map[unique.Handle[token]]*inner.Leaf{
			unique.Make(token{"one", 1}): leaf(`[{"one", 1}]`),
			unique.Make(token{"two", 2}): leaf(`[{"two", 2}]`),
		}
		mapIs(handles)
		// What is pulled from is held by a coroutine.
		kept := leaf("captured kept")
		pulled, _ = iter.Pull(func(yield func(int) bool) {
			for yield(len(kept.Label)) {
			}
		})
	})
}
