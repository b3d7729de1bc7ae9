/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflate.h - a zlib stream of which it is known how long it becomes.
 */
#ifndef HS_BASE_INFLATE_H
#define HS_BASE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

/* Inflates the FROM_SIZE bytes at FROM to TO; false unless they become exactly
 * SIZE bytes.  Never writes more. */
bool hs_inflate(const void *from, size_t from_size, void *to, size_t size);

#endif
