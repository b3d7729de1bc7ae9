/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_gzip.h - inflating the members of a gzip file one after the other.
 *
 * Internal to base/input: everybody else reads through base/input.h.
 */
#ifndef HS_BASE_INPUT_GZIP_H
#define HS_BASE_INPUT_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include "base/err.h"

struct hs_gunzip {
    z_stream z;
    const uint8_t *start, *at, *end; /* the compressed bytes */
    uint64_t produced, limit;        /* inflated bytes, so far and at most */
    bool inside;                     /* a member has begun and not ended */
    bool done;                       /* the last member ended the input */
};

/* True if the SIZE bytes at DATA start like a gzip file. */
bool hs_gunzip_likes(const uint8_t *data, size_t size);

/* Starts on the SIZE bytes at DATA, which must outlive GUNZIP.  More than
 * LIMIT inflated bytes are an error. */
void hs_gunzip_open(struct hs_gunzip *gunzip, const uint8_t *data, size_t size,
                    uint64_t limit);
void hs_gunzip_close(struct hs_gunzip *gunzip);

/* Inflates up to ROOM bytes to OUT and returns how many.  Fewer than ROOM mean
 * the end, or a failure if ERR is filled. */
size_t hs_gunzip_read(struct hs_gunzip *gunzip, uint8_t *out, size_t room,
                      struct hs_err *err);

/* Where GUNZIP stands in the compressed bytes. */
uint64_t hs_gunzip_offset(const struct hs_gunzip *gunzip);

#endif
