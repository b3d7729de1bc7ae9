/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflate.c - zlib's uncompress().
 */
#include "base/inflate.h"

#include <zlib.h>

bool hs_inflate(const void *from, size_t from_size, void *to, size_t size)
{
    uLongf made = size;

    return uncompress(to, &made, from, from_size) == Z_OK && made == size;
}
