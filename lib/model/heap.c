/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap.c - words and pointer lists of a program's memory.
 */
#include "model/heap.h"

#include <string.h>

#include "base/cursor.h"

bool hs_fields_next(struct hs_fields *fields, uint64_t *offset)
{
    const uint8_t *at = fields->at;
    size_t left = (size_t)(fields->end - at);
    struct hs_cursor cursor;

    /* Offsets below 128 and then below 16384: nearly all there are. */
    if (left >= 2 && at[1] < 0x80) {
        *offset = at[1];
        fields->at += 2;
        return true;
    }
    if (left >= 3 && at[2] < 0x80) {
        *offset = (uint64_t)(at[1] & 0x7f) | (uint64_t)at[2] << 7;
        fields->at += 3;
        return true;
    }
    if (left == 0)
        return false;
    cursor = hs_cursor_over(at, left, 0);
    hs_cursor_varint(&cursor); /* the kind: a decoder lets only one pass */
    *offset = hs_cursor_varint(&cursor);
    fields->at = cursor.at;
    if (cursor.fault)
        fields->at = fields->end;
    return !cursor.fault;
}

uint64_t hs_heap_word(const struct hs_heap *heap, const uint8_t *bytes)
{
    uint64_t word = 0;

    if (heap->pointer_size == 8) {
        memcpy(&word, bytes, 8);
        if (heap->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
            word = __builtin_bswap64(word);
    } else {
        uint32_t half;

        memcpy(&half, bytes, 4);
        if (heap->big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
            half = __builtin_bswap32(half);
        word = half;
    }
    return word;
}
