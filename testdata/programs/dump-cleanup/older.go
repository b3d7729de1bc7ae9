// SPDX-License-Identifier: Apache-2.0

//go:build !go1.24

package main

import "heapscope.example/answer"

func fill(*answer.Sheet) func() { return nil }
