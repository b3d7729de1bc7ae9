// SPDX-License-Identifier: Apache-2.0

// dump-cleanup has objects with a cleanup, whose closures and arguments no
// root of a dump reaches, and weak pointers.  Before Go 1.24 it has neither.
package main

import "heapscope.example/answer"

func main() {
	s := answer.New("dump-cleanup")
	late := fill(s)
	s.Dump(late)
}
