// SPDX-License-Identifier: Apache-2.0

//go:build go1.24

package main

import "runtime"

const has = true

func attach(f *file) { runtime.AddCleanup(f, cleanNever, f.id) }
