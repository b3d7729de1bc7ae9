/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_masks.c - which words of a type are pointers, as the collector has it.
 *
 * The descriptor has the address of a bitmap; of large types, before Go 1.24,
 * that of a program which makes it:
 *
 *   program = length:u4 step* 0:u1
 *   step    = 0nnnnnnn bits:u1*           n bits as they are
 *           | 1nnnnnnn count:varint       the last n bits, count times more
 *           | 10000000 n:varint count:varint
 *
 * and from Go 1.24 on none: the runtime derives it when it wants it, as is done
 * here, from the parts of the type.  Parts come first, by an explicit stack.
 * All masks together are bounded, since a small file can claim large types.
 */
#include "golang/types.h"

static const uint8_t no_bits[1];

static bool bit(const uint8_t *bits, uint64_t at)
{
    return bits[at / 8] >> at % 8 & 1;
}

static void set(uint8_t *bits, uint64_t at)
{
    bits[at / 8] |= (uint8_t)(1u << at % 8);
}

/* An empty mask of COUNT bits, or NULL if that is too much. */
static uint8_t *new_bits(struct golang *g, uint64_t count)
{
    if (count > g->type_state->mask_bits_left)
        return NULL;
    g->type_state->mask_bits_left -= count;
    return hs_arena_zeroed(g->arena, count / 8 + 1, 1);
}

/* Appends the COUNT bits from BACK before *AT on, once more. */
static bool repeat(uint8_t *bits, uint64_t *at, uint64_t limit, uint64_t back,
                   uint64_t count)
{
    if (back > *at || back == 0)
        return false;
    for (; count > 0 && *at < limit; count--)
        for (uint64_t i = 0; i < back && *at < limit; i++, ++*at)
            if (bit(bits, *at - back))
                set(bits, *at);
    return true;
}

const uint8_t *hs_golang_run_mask(struct golang *g, uint64_t address,
                                  uint64_t count)
{
    struct hs_cursor c = hs_golang_rest(g, address);
    uint8_t *bits = new_bits(g, count);
    uint64_t at = 0;

    hs_cursor_u32(&c); /* length */
    while (bits && at < count) {
        uint8_t step = hs_cursor_u8(&c);
        uint64_t n = step & 0x7f;

        if (c.fault)
            return NULL;
        if (step == 0)
            break;
        if (step & 0x80) {
            n = n ? n : hs_cursor_varint(&c);
            if (!repeat(bits, &at, count, n, hs_cursor_varint(&c)))
                return NULL;
            continue;
        }
        for (uint64_t i = 0; i < n; i += 8) {
            uint8_t byte = hs_cursor_u8(&c);

            for (uint64_t j = i; j < n && j < i + 8 && at < count; j++, at++)
                if (byte >> (j - i) & 1)
                    set(bits, at);
        }
    }
    return bits;
}

/* Sets in BITS, of COUNT, those of PART, which starts at word WORD. */
static bool lay_over(const struct golang *g, uint8_t *bits, uint64_t count,
                     uint64_t word, uint32_t part)
{
    const struct golang_descriptor *d = golang_descriptor(g, part);
    uint64_t words = d->pointer_bytes / g->pointer_size;

    if (words == 0)
        return true;
    if (!d->bits || word > count || words > count - word)
        return false;
    for (uint64_t i = 0; i < words; i++)
        if (bit(d->bits, i))
            set(bits, word + i);
    return true;
}

/* The mask of TYPE from those of its parts; NULL if one does not fit. */
static const uint8_t *derive(struct golang *g, uint32_t type)
{
    const struct hs_go_type *t = golang_type(g, type);
    uint64_t count =
        golang_descriptor(g, type)->pointer_bytes / g->pointer_size;
    uint64_t elem = golang_descriptor(g, t->elem)->pointer_bytes;
    const struct hs_go_field *fields = g->names->fields.at;
    uint8_t *bits = new_bits(g, count);
    bool good = bits != NULL;

    switch (t->kind) {
    case HS_GO_STRUCT:
        for (uint32_t i = 0; good && i < t->field_count; i++)
            good = lay_over(g, bits, count,
                            fields[t->first_field + i].offset / g->pointer_size,
                            fields[t->first_field + i].type);
        break;
    case HS_GO_ARRAY:
        for (uint64_t i = 0; good && elem && i < t->length; i++)
            good = lay_over(
                g, bits, count,
                i * (golang_type(g, t->elem)->size / g->pointer_size), t->elem);
        break;
    case HS_GO_INTERFACE: /* what its first word points to is no object */
        if (good && count == 2)
            set(bits, 1);
        break;
    default:
        if (good && count)
            set(bits, 0);
        break;
    }
    return good ? bits : NULL;
}

/* Makes the mask of TYPE, whose parts have theirs. */
static void make(struct golang *g, uint32_t type)
{
    struct golang_descriptor *d = golang_descriptor(g, type);
    uint64_t count = d->pointer_bytes / g->pointer_size;
    struct hs_cursor c;

    d->masked = true;
    if (count == 0) {
        d->bits = no_bits;
    } else if (d->on_demand) {
        d->bits = derive(g, type);
    } else if (d->program) {
        d->bits = hs_golang_run_mask(g, d->mask, count);
    } else {
        c = hs_golang_bytes(g, d->mask, (count + 7) / 8);
        d->bits = c.fault ? NULL : c.at;
    }
}

static void want(struct golang *g, struct hs_column *stack, uint32_t type)
{
    const struct golang_descriptor *d = golang_descriptor(g, type);

    if (!d->masked && d->pointer_bytes)
        hs_column_push(stack, &type);
}

/* Puts on STACK the parts of TYPE that have no mask yet. */
static void want_parts(struct golang *g, struct hs_column *stack, uint32_t type)
{
    const struct hs_go_type *t = golang_type(g, type);
    const struct hs_go_field *fields = g->names->fields.at;

    if (!golang_descriptor(g, type)->on_demand)
        return;
    if (t->kind == HS_GO_ARRAY)
        want(g, stack, t->elem);
    if (t->kind == HS_GO_STRUCT)
        for (uint32_t i = 0; i < t->field_count; i++)
            want(g, stack, fields[t->first_field + i].type);
}

const uint8_t *hs_golang_mask(struct golang *g, uint32_t type, size_t *count)
{
    struct hs_column *stack = &g->type_state->stack;
    struct golang_descriptor *d;

    *count = 0;
    if (type >= g->names->types.count)
        return NULL;
    stack->count = 0;
    if (!golang_descriptor(g, type)->masked)
        hs_column_push(stack, &type);
    while (stack->count) {
        uint32_t top = ((const uint32_t *)stack->at)[stack->count - 1];

        d = golang_descriptor(g, top);
        if (d->masked || d->masking) {
            /* Its parts have been: a part that is not done is part of itself,
             * and derive() will say so. */
            if (!d->masked)
                make(g, top);
            stack->count--;
            continue;
        }
        d->masking = true;
        want_parts(g, stack, top);
    }
    d = golang_descriptor(g, type);
    if (d->bits)
        *count = d->pointer_bytes / g->pointer_size;
    return d->bits;
}
