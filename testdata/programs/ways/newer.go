// SPDX-License-Identifier: Apache-2.0

//go:build go1.23

package main

import "iter"

// Pulled is what a sequence has that is pulled from.
type Pulled struct{ words [60]int }

var pull func() (int, bool)

func init() {
	kept := new(Pulled)
	pull, _ = iter.Pull(func(yield func(int) bool) {
		for yield(kept.words[0]) {
		}
	})
	pull() // it runs, so that its goroutine does not name it any more
}
