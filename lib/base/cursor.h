/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.h - read integers and byte runs from a span of memory, never past it.
 *
 * A cursor asked for more than is left (or for a number that does not fit) goes
 * *bad*: that read and every later one yield zero and move nothing.  So a
 * decoder reads a whole record straight through and asks hs_cursor_ok() once,
 * at its end.
 *
 * A length that came from the file is not a length until hs_cursor_take() has
 * accepted it.  Nothing may be allocated, looped over or added to a pointer on
 * the strength of a number the file merely claims.
 *
 * A cursor owns nothing and is passed by value freely.  The short readers are
 * inline because decoders live in them.
 */
#ifndef HS_BASE_CURSOR_H
#define HS_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

enum hs_cursor_fault {
    HS_CURSOR_GOOD = 0,
    HS_CURSOR_SHORT,   /* the span ends too early */
    HS_CURSOR_OVERLONG /* a varint of more than ten bytes */
};

struct hs_cursor {
    const uint8_t *at, *end;
    uint64_t offset; /* of AT, from the start of the input */
    enum hs_cursor_fault fault;
    bool big_endian; /* how u16, u32, u64 read; false at first */
};

/* A cursor over SIZE bytes at DATA which stand at OFFSET of the input. */
static inline struct hs_cursor hs_cursor_over(const void *data, size_t size,
                                              uint64_t offset)
{
    const uint8_t *at = data;

    return (struct hs_cursor){
        .at = at, .end = at ? at + size : at, .offset = offset};
}

static inline size_t hs_cursor_left(const struct hs_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* True when everything was read and nothing went wrong. */
static inline bool hs_cursor_done(const struct hs_cursor *cursor)
{
    return cursor->at == cursor->end || cursor->fault;
}

/* Steps over SIZE bytes and returns where they start; NULL once bad. */
static inline const uint8_t *hs_cursor_take(struct hs_cursor *cursor,
                                            uint64_t size)
{
    const uint8_t *at = cursor->at;

    if (cursor->fault || size > hs_cursor_left(cursor)) {
        if (!cursor->fault)
            cursor->fault = HS_CURSOR_SHORT;
        return NULL;
    }
    cursor->at += size;
    cursor->offset += size;
    return at;
}

/* A cursor over the next SIZE bytes, which are stepped over.  If they are not
 * there, both cursors are bad. */
static inline struct hs_cursor hs_cursor_sub(struct hs_cursor *cursor,
                                             uint64_t size)
{
    struct hs_cursor sub = *cursor;

    if (!hs_cursor_take(cursor, size))
        sub.fault = cursor->fault;
    sub.end = sub.at + (sub.fault ? 0 : size);
    return sub;
}

uint8_t hs_cursor_u8(struct hs_cursor *cursor);
uint16_t hs_cursor_u16(struct hs_cursor *cursor);
uint32_t hs_cursor_u32(struct hs_cursor *cursor);
uint64_t hs_cursor_u64(struct hs_cursor *cursor);

/* The slow half of hs_cursor_varint. */
uint64_t hs_cursor_varint_long(struct hs_cursor *cursor);

/* An unsigned LEB128 number of at most ten bytes; bits past 64 are dropped, as
 * Go and protobuf do. */
static inline uint64_t hs_cursor_varint(struct hs_cursor *cursor)
{
    if (cursor->at < cursor->end && *cursor->at < 0x80 && !cursor->fault) {
        cursor->offset++;
        return *cursor->at++;
    }
    return hs_cursor_varint_long(cursor);
}

/* True while nothing went wrong; else fills ERR with "WHAT is cut short" (or
 * "WHAT has a number of more than ten bytes") at the cursor's offset. */
bool hs_cursor_ok(const struct hs_cursor *cursor, const char *what,
                  struct hs_err *err);

#endif
