/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_globals.c - variables: the pointer words of data and BSS.
 *
 * Without names a variable is one word.  Where a word points into a segment,
 * as in `var cache = &LRU{...}` with its unnamed static temporary, the words
 * pointed to belong to it.  Nobody says how large that temporary is, but the Go
 * linker sorts the symbols of data and of BSS by size (cmd/link, dodata), so
 * no symbol is larger than a gap between two symbols that come later.  We
 * take the smallest gap seen from there on, never more than MOST_BYTES, as its
 * size: rather too few words than somebody else's.
 */
#include <stdlib.h>

#include "algo/holders_impl.h"

#define MOST_BYTES 128

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

/* A place in a segment that some word points to: where a symbol may start. */
struct start {
    uint64_t address, limit;
};

static int by_start(const void *a, const void *b)
{
    const struct start *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

/* The starts of all segments in order, each with the end of what it covers. */
static struct start *find_starts(struct holders_builder *b, size_t *count)
{
    const struct holders_word *words = b->words.at;
    struct hs_column starts = HS_COLUMN(struct start, b->scratch);
    struct start *at;
    size_t n = 0;

    for (size_t i = 0; i < b->words.count; i++)
        if (words[i].object == HS_NO_OBJECT)
            hs_column_push(&starts, &(struct start){.address = words[i].value});
    at = starts.at;
    if (starts.count)
        qsort(at, starts.count, sizeof(*at), by_start);
    for (size_t i = 0; i < starts.count; i++)
        if (n == 0 || at[n - 1].address != at[i].address)
            at[n++] = at[i];
    for (size_t i = n; i-- > 0;) {
        const struct hs_segment *segment = segment_at(b->heap, at[i].address);
        uint64_t end = segment->memory.address + segment->memory.size;
        uint64_t most = MOST_BYTES, gap = end - at[i].address;

        if (i + 1 < n && segment_at(b->heap, at[i + 1].address) == segment) {
            most = at[i + 1].limit - at[i + 1].address;
            gap = at[i + 1].address - at[i].address;
        }
        at[i].limit = at[i].address + (gap < most ? gap : most);
    }
    *count = n;
    return at;
}

/* The first word at ADDRESS or after. */
static size_t word_from(const struct holders_builder *b, uint64_t address)
{
    const struct holders_word *words = b->words.at;
    size_t low = 0, high = b->words.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (words[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Word FROM points to the words from that one on: edges of word numbers for
 * now.  A word that points to itself holds nothing by that. */
static void link_word(struct holders_builder *b, size_t from,
                      const struct start *starts, size_t start_count)
{
    struct holders_word *words = b->words.at;
    const struct start key = {.address = words[from].value};
    const struct start *start =
        bsearch(&key, starts, start_count, sizeof(*starts), by_start);

    if (!start)
        return;
    for (size_t to = word_from(b, start->address);
         to < b->words.count && words[to].address < start->limit; to++) {
        struct hs_holder_edge edge = {(uint32_t)from, (uint32_t)to};

        if (to == from)
            continue;
        hs_column_push(&b->edges, &edge);
        words[to].held = true;
    }
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
    size_t start_count;
    const struct start *starts = find_starts(b, &start_count);

    for (size_t i = 0; i < b->words.count; i++)
        if (words[i].object == HS_NO_OBJECT)
            link_word(b, i, starts, start_count);
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
