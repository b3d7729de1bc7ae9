/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_fit.c - does a type say the same of an object's words as the dump?
 *
 * The dump lists every pointer word of an object, from the runtime's own
 * bitmap.  A type that names other words is not the object's.
 *
 * As good as always the bytes of that list are the ones that the type's own
 * words would make, which are compared as they are; any others are decoded.
 *
 *   fields = (1 offset:uint)* 0
 *
 * Since Go 1.22 the runtime has no bitmap of an object in pages of its own, but
 * its type, and lists that again and again up to the end of the last page: what
 * is behind the value says nothing.
 */
#include "golang/typing_impl.h"

#include <endian.h>

#define MOST_SMALL 32768u

/* Which words of OP are pointers: where the first is, and how many. */
static unsigned pointers_of(const struct typing_op *op, unsigned word,
                            uint64_t *offset)
{
    *offset = op->offset;
    switch ((enum typing_op_kind)op->kind) {
    case OP_REFLECT:
        return 2;
    case OP_EFACE:
        if (op->count == 2)
            return 2; /* a sync.eface: two unsafe.Pointers */
        /* fall through */
    case OP_IFACE:
        *offset += word;
        return 1;
    default:
        return 1;
    }
}

#define MOST_MARKS 256u

/* Writes the list of the pointers of ITS values, if it is short. */
void typing_mark(struct typing *t, struct typing_type *its)
{
    const struct typing_op *op =
        (const struct typing_op *)t->ops.at + its->first;
    uint8_t marks[MOST_MARKS + 32];
    size_t size = 0;

    for (uint32_t i = 0; i < its->count; i++, op++) {
        uint64_t at;
        unsigned count = pointers_of(op, t->word, &at);

        if (op->kind == OP_ARRAY)
            return;
        for (; count; count--, at += t->word) {
            uint64_t left = at;

            if (size >= MOST_MARKS)
                return;
            marks[size++] = 1;
            for (; left >= 0x80; left >>= 7)
                marks[size++] = (uint8_t)(left | 0x80);
            marks[size++] = (uint8_t)left;
        }
    }
    if (size == 0)
        return;
    marks[size++] = 0;
    its->marks = (uint32_t)t->marks.count;
    its->mark_count = (uint16_t)size;
    /* is_marked() looks at eight at once. */
    memset(marks + size, 0, sizeof(uint64_t));
    size += sizeof(uint64_t);
    memcpy(hs_column_extend(&t->marks, size), marks, size);
}

/* Are the fields of MEMORY byte for byte those of ITS, the end included where
 * WHOLE?  Eight at once: most lists are no longer, and a call would cost as
 * much again. */
static bool is_marked(const struct typing *t, const struct typing_type *its,
                      const struct hs_memory *memory, bool whole)
{
    size_t count = its->mark_count;
    const uint8_t *at = memory->fields, *marks;
    uint64_t mine, theirs;

    if (count == 0)
        return false;
    if (!whole)
        count--;
    if ((size_t)(t->store->end - at) < count + sizeof(theirs))
        return false;
    marks = (const uint8_t *)t->marks.at + its->marks;
    for (;; count -= 8, marks += 8, at += 8) {
        memcpy(&mine, marks, sizeof(mine));
        memcpy(&theirs, at, sizeof(theirs));
        if (count <= 8)
            return (le64toh(mine ^ theirs) & UINT64_MAX >> (64 - 8 * count)) ==
                   0;
        if (mine != theirs)
            return false;
    }
}

bool typing_fits(const struct typing *t, const struct hs_memory *memory,
                 uint32_t typing)
{
    const struct typing_type *its = typing_type(t, hs_typing_type(typing));
    const struct typing_op *op =
        (const struct typing_op *)t->ops.at + its->first;
    struct hs_fields listed = hs_fields_of(memory);
    uint64_t offset = 0, mine;
    bool whole = hs_typing_shape(typing) != HS_SHAPE_MANY && !its->open;

    if (hs_typing_shape(typing) > HS_SHAPE_MANY || !its->has_pointers ||
        (typing & HS_TYPING_HEADER) || its->partial ||
        is_marked(t, its, memory, whole))
        return true;
    for (uint32_t i = 0; i < its->count; i++, op++) {
        unsigned count = pointers_of(op, t->word, &mine);

        if (op->kind == OP_ARRAY)
            return true; /* long ones are believed */
        for (; count; count--, mine += t->word)
            if (!hs_fields_next(&listed, &offset) || offset != mine)
                return false;
    }
    return !whole || !hs_fields_next(&listed, &offset) ||
           (t->headers && memory->size > MOST_SMALL && offset >= its->size);
}
