/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_list.c - all types of a program, not only those that something names.
 *
 * Up to Go 1.26 the module has typelinks: offsets, from the start of types, of
 * the descriptors of all types without a name (pointers, slices, maps, ...).
 * Others are what those are made of.  Go 1.27 has descriptors in a row
 * instead, and nothing between them (runtime.moduleTypelinks):
 *
 *   word descriptor*
 *   descriptor = what its kind has, 16 bytes if FLAG_UNCOMMON, then fields,
 *                methods or parameters, then the methods of the type
 */
#include "golang/golang_impl.h"

#define FLAG_UNCOMMON 1u
#define UNCOMMON_SIZE 16u
#define METHOD_SIZE   16u

/* What is needed to step over the descriptor that C starts at. */
struct step {
    uint64_t size; /* of its fixed part, and what it counts */
    uint64_t fixed;
};

static struct step step_of(const struct golang *g, struct hs_cursor c,
                           unsigned kind)
{
    uint64_t word = g->pointer_size, head = 4 * word + 16;
    struct step s = {0, head};

    hs_cursor_take(&c, head);
    switch (kind) {
    case HS_GO_ARRAY:
        s.fixed += 3 * word;
        break;
    case HS_GO_CHAN:
        s.fixed += 2 * word;
        break;
    case HS_GO_FUNC:
        s.fixed += word == 8 ? 8 : 4;
        s.size = hs_cursor_u16(&c) * word;
        s.size += (hs_cursor_u16(&c) & 0x7fffu) * word;
        break;
    case HS_GO_INTERFACE:
    case HS_GO_STRUCT:
        s.fixed += 4 * word;
        hs_cursor_take(&c, 2 * word);
        s.size = hs_golang_word(g, &c);
        s.size *= kind == HS_GO_STRUCT ? 3 * word : 8;
        break;
    case HS_GO_MAP:
        s.fixed += 11 * word;
        break;
    case HS_GO_POINTER:
    case HS_GO_SLICE:
        s.fixed += word;
        break;
    default:
        break;
    }
    s.size += s.fixed;
    return s;
}

/* How long the descriptor at ADDRESS is; 0 if it makes no sense. */
static uint64_t descriptor_size(const struct golang *g, uint64_t address)
{
    struct hs_cursor c = hs_golang_rest(g, address), head = c;
    uint64_t left = hs_cursor_left(&c);
    struct step step;
    unsigned flags, kind;

    hs_cursor_take(&head, 2 * g->pointer_size + 4);
    flags = hs_cursor_u8(&head);
    hs_cursor_u16(&head); /* alignments */
    kind = hs_cursor_u8(&head) & 31;
    if (head.fault || kind == 0 || kind > HS_GO_UNSAFE_POINTER)
        return 0;
    step = step_of(g, c, kind);
    if (flags & FLAG_UNCOMMON) {
        hs_cursor_take(&c, step.fixed + 4);
        step.size += UNCOMMON_SIZE + hs_cursor_u16(&c) * METHOD_SIZE;
    }
    return c.fault || step.size > left ? 0 : step.size;
}

static void read_row(struct golang *g, struct golang_span span)
{
    uint64_t at = span.start + g->pointer_size, size = 1;

    while (at < span.end && size) {
        hs_golang_type_at(g, at);
        size = descriptor_size(g, at);
        at += (size + g->pointer_size - 1) & ~(uint64_t)(g->pointer_size - 1);
    }
}

void hs_golang_read_all_types(struct golang *g)
{
    const struct golang_module *m = g->module;
    struct hs_cursor links;

    if (m->descriptors.end > m->descriptors.start) {
        read_row(g, m->descriptors);
        return;
    }
    if (m->typelinks.count > UINT32_MAX)
        return;
    links = hs_golang_bytes(g, m->typelinks.at, 4 * m->typelinks.count);
    while (!hs_cursor_done(&links))
        hs_golang_type_at(g, m->types.start + hs_cursor_u32(&links));
}
