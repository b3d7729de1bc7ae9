/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_globals.c - variables: the pointer words of data and BSS.
 *
 * Without names a variable is one word.  Where a word points to another, as in
 * `var cache = &List{...}` with its unnamed static temporary, that one belongs
 * to it.  Only the very word pointed to: nobody says how large the temporary
 * is, and the words behind it may be somebody else's.  They stay holders of
 * their own until an executable tells.
 */
#include <stdlib.h>

#include "algo/holders_impl.h"

static const struct hs_segment *segment_at(const struct hs_heap *heap,
                                           uint64_t address)
{
    const struct hs_segment *segments = heap->segments.at;

    for (size_t i = 0; i < heap->segments.count; i++)
        if (address - segments[i].memory.address < segments[i].memory.size)
            return &segments[i];
    return NULL;
}

static int by_address(const void *a, const void *b)
{
    const struct holders_word *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

static void read_segment(struct holders_builder *b, uint32_t number)
{
    const struct hs_segment *segments = b->heap->segments.at;
    const struct hs_memory *memory = &segments[number].memory;
    struct hs_fields fields = hs_fields_of(memory);
    struct holders_word word = {.segment = number};
    uint64_t offset;

    while (
        hs_holders_next_word(b->heap, &fields, memory, &offset, &word.value)) {
        if (word.value == 0)
            continue;
        word.address = memory->address + offset;
        word.object = hs_heap_find(b->heap, word.value);
        if (word.object != HS_NO_OBJECT || segment_at(b->heap, word.value))
            hs_column_push(&b->words, &word);
    }
}

void hs_holders_find_words(struct holders_builder *b)
{
    for (uint32_t i = 0; i < b->heap->segments.count; i++)
        read_segment(b, i);
    if (b->words.count)
        qsort(b->words.at, b->words.count, sizeof(struct holders_word),
              by_address);
}

/* Word FROM points to the word at its value, if there is one: an edge of word
 * numbers for now.  A word that points to itself holds nothing by that. */
static void link_word(struct holders_builder *b, uint32_t from)
{
    struct holders_word *words = b->words.at;
    const struct holders_word key = {.address = words[from].value};
    struct holders_word *to =
        bsearch(&key, words, b->words.count, sizeof(*words), by_address);
    struct hs_holder_edge edge = {.from = from};

    if (!to || to == &words[from])
        return;
    edge.to = (uint32_t)(to - words);
    hs_column_push(&b->edges, &edge);
    to->held = true;
}

/* Marks what hangs below word START as rooted; STACK has room for all. */
static void flood(struct holders_builder *b, const uint32_t *first_edge,
                  uint32_t start, uint32_t *stack)
{
    const struct hs_holder_edge *edges = b->edges.at;
    struct holders_word *words = b->words.at;
    size_t depth = 0;

    words[start].rooted = true;
    stack[depth++] = start;
    while (depth) {
        uint32_t word = stack[--depth];

        for (uint32_t e = first_edge[word]; e < first_edge[word + 1]; e++) {
            if (words[edges[e].to].rooted)
                continue;
            words[edges[e].to].rooted = true;
            stack[depth++] = edges[e].to;
        }
    }
}

/* Which words keep their place below globals: those no other word points to,
 * and the first of each ring of words that only point to one another. */
static void choose_roots(struct holders_builder *b)
{
    struct holders_word *words = b->words.at;
    const struct hs_holder_edge *edges = b->edges.at;
    uint32_t count = (uint32_t)b->words.count;
    uint32_t *first = hs_arena_zeroed(b->scratch, count + 2, sizeof(*first));
    uint32_t *stack = hs_arena_zeroed(b->scratch, count + 1, sizeof(*stack));

    for (size_t e = 0; e < b->edges.count; e++)
        first[edges[e].from + 1]++;
    for (uint32_t i = 0; i < count; i++)
        first[i + 1] += first[i];
    for (uint32_t i = 0; i < count; i++)
        if (!words[i].held)
            flood(b, first, i, stack);
    for (uint32_t i = 0; i < count; i++) {
        if (words[i].rooted)
            continue;
        words[i].held = false;
        flood(b, first, i, stack);
    }
}

/* What a goroutine holds (the runtime's own lists of gs and sudogs) is not
 * held by a variable. */
static void add_variable(struct holders_builder *b, struct holders_word *word,
                         uint32_t parent)
{
    struct hs_variable variable = {.address = word->address,
                                   .segment = word->segment};
    struct hs_root root = {.object = word->object};

    word->holder = hs_holders_add(b, parent, HS_HOLDER_GLOBAL,
                                  (uint32_t)b->variables.count);
    hs_column_push(&b->variables, &variable);
    if (root.object != HS_NO_OBJECT &&
        hs_map_lookup(&b->owner, root.object) == HS_MAP_NONE)
        hs_column_push(&b->roots, &root);
}

void hs_holders_add_variables(struct holders_builder *b, uint32_t globals)
{
    struct holders_word *words = b->words.at;

    for (uint32_t i = 0; i < b->words.count; i++)
        if (words[i].object == HS_NO_OBJECT)
            link_word(b, i);
    choose_roots(b);
    for (size_t i = 0; i < b->words.count; i++)
        if (!words[i].held)
            add_variable(b, &words[i], globals);
}

/* From word numbers to holder numbers; held words come after all others, so
 * the order by `from` has to be made anew. */
static int by_from(const void *a, const void *b)
{
    const struct hs_holder_edge *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

void hs_holders_add_held_variables(struct holders_builder *b)
{
    struct holders_word *words = b->words.at;
    struct hs_holder_edge *edges = b->edges.at;

    for (size_t i = 0; i < b->words.count; i++)
        if (words[i].held)
            add_variable(b, &words[i], (uint32_t)b->holders.count);
    for (size_t i = 0; i < b->edges.count; i++) {
        edges[i].from = words[edges[i].from].holder;
        edges[i].to = words[edges[i].to].holder;
    }
    if (b->edges.count)
        qsort(edges, b->edges.count, sizeof(*edges), by_from);
}
