// SPDX-License-Identifier: Apache-2.0

// Package queue is of a path with a dot, which the linker escapes.
package queue

// Wait waits for ever.
func Wait() {
	select {}
}
