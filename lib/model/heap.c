/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap.c - the long half of reading lists of pointers, and segments by address.
 */
#include "model/heap.h"

#include "base/cursor.h"

bool hs_fields_next_long(struct hs_fields *fields, uint64_t *offset)
{
    struct hs_cursor cursor =
        hs_cursor_over(fields->at, (size_t)(fields->end - fields->at), 0);

    if (fields->at == fields->end)
        return false;
    hs_cursor_varint(&cursor); /* the kind: a decoder lets only one pass */
    *offset = hs_cursor_varint(&cursor);
    fields->at = cursor.fault ? fields->end : cursor.at;
    return !cursor.fault;
}

const struct hs_segment *hs_heap_segment(const struct hs_heap *heap,
                                         uint64_t address)
{
    const struct hs_segment *segments = heap->segments.at;

    for (size_t i = 0; i < heap->segments.count; i++)
        if (address - segments[i].memory.address < segments[i].memory.size)
            return &segments[i];
    return NULL;
}
