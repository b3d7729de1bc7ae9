/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_variable.c - which variable may a word without a name be?
 *
 * A dump says where a word is, and the symbol table of the program, which
 * `go tool nm -n` prints, what is there.  What a composite literal makes, as in
 * `var cache = &LRU{...}`, has no symbol: then the words that point at or
 * shortly before it lead back to the variable.
 */
#include "section_heap.h"

#include <inttypes.h>

#define NEAR 512 /* bytes before a word where what it is part of may start */
#define MOST 2   /* words named that point there */

struct nearest {
    uint64_t address; /* of the word in question */
    uint64_t start;   /* what is pointed to, at ADDRESS or before; 0: none */
    uint64_t from[MOST];
    uint32_t count; /* words that point to START, FROM holds the first */
};

static void look_at(struct nearest *nearest, uint64_t from, uint64_t value)
{
    if (value > nearest->address || nearest->address - value > NEAR ||
        value < nearest->start)
        return;
    if (value > nearest->start) {
        nearest->start = value;
        nearest->count = 0;
    }
    if (nearest->count < MOST)
        nearest->from[nearest->count] = from;
    nearest->count++;
}

static void search(const struct hs_heap *heap, struct nearest *nearest)
{
    const struct hs_segment *segments = heap->segments.at;

    for (size_t i = 0; i < heap->segments.count; i++) {
        const struct hs_memory *memory = &segments[i].memory;
        struct hs_fields fields = hs_fields_of(memory);
        uint64_t offset;

        while (hs_fields_next(&fields, &offset))
            if (offset <= memory->size &&
                memory->size - offset >= heap->pointer_size)
                look_at(nearest, memory->address + offset,
                        hs_heap_word(heap, memory->bytes + offset));
    }
}

const char *hs_heap_variable(struct hs_run *run, const struct hs_case *c,
                             uint32_t holder)
{
    const struct hs_holder *h = &c->holders->holders[holder];
    const struct hs_variable *variable;
    struct nearest nearest = {0};
    struct hs_document *doc = run->doc;
    const char *words;

    if (h->kind != HS_HOLDER_GLOBAL)
        return NULL;
    variable = &c->holders->variables[h->record];
    if (variable->name.size)
        return NULL;
    nearest.address = variable->address;
    search(c->heap, &nearest);
    if (nearest.count == 0)
        return hs_doc_printf(doc,
                             "the word at 0x%" PRIx64 "; 'go tool nm -n "
                             "PROGRAM' names the variable",
                             variable->address);
    words = hs_doc_printf(doc, "0x%" PRIx64, nearest.from[0]);
    if (nearest.count > 1)
        words =
            hs_doc_printf(doc, "%s and 0x%" PRIx64 "%s", words, nearest.from[1],
                          nearest.count > 2 ? " (and others)" : "");
    return hs_doc_printf(doc,
                         "the word at 0x%" PRIx64 ", %" PRIu64
                         " bytes into what the word%s at %s point%s to; 'go "
                         "tool nm -n PROGRAM' names the variables",
                         variable->address, variable->address - nearest.start,
                         nearest.count == 1 ? "" : "s", words,
                         nearest.count == 1 ? "s" : "");
}
