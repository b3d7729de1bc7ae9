/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_variable.c - which variable may a word without a name be?
 *
 * A dump says where a word is, and the symbol table of the program what is
 * there; where the executable is not at hand, or stripped, `go tool nm -n`
 * prints it on the machine that has a whole one.  What a composite literal
 * makes, as in `var cache = &LRU{...}`, has no symbol: then the words that
 * point at or shortly before it lead back to the variable.
 */
#include "section_heap.h"

#include <inttypes.h>

#define NEAR  512 /* bytes before a word where what it is part of may start */
#define MOST  2   /* words named that point there */
#define WORDS 4   /* named of those that hold together */

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

/* "0x9f8500", "0x9f8500 and 0x9f8700 (and others)" */
static const char *pointing(struct hs_document *doc,
                            const struct nearest *nearest)
{
    const char *words = hs_doc_printf(doc, "0x%" PRIx64, nearest->from[0]);

    if (nearest->count > 1)
        words = hs_doc_printf(doc, "%s and 0x%" PRIx64 "%s", words,
                              nearest->from[1],
                              nearest->count > 2 ? " (and others)" : "");
    return words;
}

/* The variable HOLDER without a name; NULL if it is something else. */
static const struct hs_variable *nameless(const struct hs_case *c,
                                          uint32_t holder)
{
    const struct hs_holder *h = &c->holders->holders[holder];
    const struct hs_variable *variable;

    if (h->kind != HS_HOLDER_GLOBAL)
        return NULL;
    variable = &c->holders->variables[h->record];
    return variable->name.size ? NULL : variable;
}

/* Where to look for the names of COUNT variables. */
static const char *where_named(const struct hs_case *c, uint32_t count,
                               struct hs_document *doc)
{
    const struct hs_names *names = c->heap->names;
    const char *what = count == 1 ? "variable" : "variables";

    if (!names)
        return hs_doc_printf(doc, "; 'go tool nm -n PROGRAM' names the %s",
                             what);
    if (names->globals.count == 0)
        return hs_doc_printf(doc,
                             "; 'go tool nm -n' of the same build, not "
                             "stripped, names the %s",
                             what);
    return ", which no symbol covers";
}

const char *hs_heap_variable(struct hs_run *run, const struct hs_case *c,
                             uint32_t holder)
{
    const struct hs_variable *variable = nameless(c, holder);
    struct nearest nearest = {0};
    struct hs_document *doc = run->doc;

    if (!variable)
        return NULL;
    nearest.address = variable->address;
    search(c->heap, &nearest);
    if (nearest.count == 0)
        return hs_doc_printf(doc, "the word at 0x%" PRIx64 "%s",
                             variable->address, where_named(c, 1, doc));
    return hs_doc_printf(doc,
                         "the word at 0x%" PRIx64 ", %" PRIu64
                         " bytes into what the word%s at %s point%s to%s",
                         variable->address, variable->address - nearest.start,
                         nearest.count == 1 ? "" : "s", pointing(doc, &nearest),
                         nearest.count == 1 ? "s" : "",
                         where_named(c, nearest.count + 1, doc));
}

const char *hs_heap_variables(struct hs_run *run, const struct hs_case *c,
                              const struct hs_shared *shared)
{
    struct hs_document *doc = run->doc;
    const char *words = NULL, *within = "";
    struct nearest all = {0};
    uint32_t count = 0;

    for (uint32_t i = 0; i < shared->holder_count; i++) {
        const struct hs_variable *variable = nameless(c, shared->holders[i]);
        struct nearest nearest = {0};

        if (!variable || count++ >= WORDS)
            continue;
        words = hs_doc_printf(doc, "%s%s0x%" PRIx64, words ? words : "",
                              words ? ", " : "", variable->address);
        nearest.address = variable->address;
        search(c->heap, &nearest);
        if (count == 1)
            all = nearest;
        else if (nearest.start != all.start)
            all.count = 0;
    }
    if (!words)
        return NULL;
    if (all.count)
        within = hs_doc_printf(doc,
                               ", parts of what the word%s at %s point%s "
                               "to",
                               all.count == 1 ? "" : "s", pointing(doc, &all),
                               all.count == 1 ? "s" : "");
    return hs_doc_printf(doc, "the word%s at %s%s%s%s", count == 1 ? "" : "s",
                         words, count > WORDS ? " and more" : "", within,
                         where_named(c, count, doc));
}
