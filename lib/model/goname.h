/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goname.h - what the linker's name of a Go function says.
 *
 *     example.com/orders/cache.(*Cache[go.shape.string]).Load
 *     [------ package ------]
 *
 * Texts that are returned point into the name that was given.
 */
#ifndef HS_MODEL_GONAME_H
#define HS_MODEL_GONAME_H

#include "base/str.h"

/* The package as the linker writes it ("gopkg.in/yaml%2ev3"); empty for a name
 * that is none of Go: C, C++, assembly without a package. */
struct hs_str hs_goname_package(struct hs_str function);

/* True for packages of Go's own library and for the compiler's helpers.
 * Told by the first element of the path, so a module called `net` is mistaken
 * for the library's. */
bool hs_goname_standard(struct hs_str function);

/* True for main.main and the functions below it on every goroutine's stack:
 * they lead to everything and so tell nothing. */
bool hs_goname_entry(struct hs_str function);

/* True for what only waits or schedules: runtime, internal/..., sync, time,
 * syscall and what is below them. */
bool hs_goname_plumbing(struct hs_str function);

/* True for the wrapper of a go or defer statement that the compiler made:
 * "main.main.gowrap2", "main.main.func1·dwrap·1". */
bool hs_goname_wrapper(struct hs_str function);

#endif
