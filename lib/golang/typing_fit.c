/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_fit.c - does a type say the same of an object's words as the dump?
 *
 * The dump lists every pointer word of an object, from the runtime's own
 * bitmap.  A type that names other words is not the object's.
 */
#include "golang/typing_impl.h"

/* The next pointer that the dump lists, *AT moving on; false at the end. */
static bool listed(const struct typing *t, const uint8_t **at, uint64_t *offset)
{
    struct hs_fields fields = {*at, t->store->end};

    if (*at >= t->store->end || **at != 1 || !hs_fields_next(&fields, offset))
        return false;
    *at = fields.at;
    return true;
}

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

bool typing_fits(const struct typing *t, const struct hs_memory *memory,
                 uint32_t typing)
{
    const struct typing_type *its = typing_type(t, hs_typing_type(typing));
    const struct typing_op *op =
        (const struct typing_op *)t->ops.at + its->first;
    const uint8_t *at = memory->fields;
    uint64_t offset = 0, mine;

    if (hs_typing_shape(typing) > HS_SHAPE_MANY || !its->has_pointers ||
        (typing & HS_TYPING_HEADER) || its->partial)
        return true;
    for (uint32_t i = 0; i < its->count; i++, op++) {
        unsigned count = pointers_of(op, t->word, &mine);

        if (op->kind == OP_ARRAY)
            return true; /* long ones are believed */
        for (; count; count--, mine += t->word)
            if (!listed(t, &at, &offset) || offset != mine)
                return false;
    }
    return hs_typing_shape(typing) == HS_SHAPE_MANY || its->open ||
           !listed(t, &at, &offset);
}
