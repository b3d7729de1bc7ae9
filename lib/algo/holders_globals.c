/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_globals.c - variables: the pointer words of data and BSS.
 *
 * With an executable the words that a name covers are one variable, in the
 * package of the name.  What has no name is a variable of one word.  Where a
 * word points to another variable, as in `var cache = &List{...}` with its
 * static temporary, that one belongs to it, if it has no name of its own or one
 * that the compiler made.  Of the nameless only the very word pointed to:
 * nobody says how large the temporary is, and the words behind it may be
 * somebody else's.
 */
#include <stdlib.h>

#include "algo/holders_impl.h"

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
        if (word.object != HS_NO_OBJECT || hs_heap_segment(b->heap, word.value))
            hs_column_push(&b->words, &word);
    }
}

static const struct hs_global *global_of(const struct holders_builder *b,
                                         const struct holders_cell *cell)
{
    if (cell->global == HS_NO_GLOBAL)
        return NULL;
    return (const struct hs_global *)b->heap->names->globals.at + cell->global;
}

/* Puts the words that one name covers together. */
static void make_cells(struct holders_builder *b)
{
    const struct holders_word *words = b->words.at;
    struct holders_cell cell = {.word_count = 0}, *last = NULL;

    for (uint32_t i = 0; i < b->words.count; i++) {
        uint32_t global =
            b->heap->names ? hs_names_global(b->heap->names, words[i].address)
                           : HS_NO_GLOBAL;

        if (last && global != HS_NO_GLOBAL && last->global == global) {
            last->word_count++;
            continue;
        }
        cell = (struct holders_cell){.first_word = i,
                                     .word_count = 1,
                                     .global = global,
                                     .package = HS_NO_RECORD};
        hs_column_push(&b->cells, &cell);
        last = (struct holders_cell *)b->cells.at + b->cells.count - 1;
    }
}

/* The variable that ADDRESS points to: into one that has a name, or to the very
 * word of one that has none. */
static struct holders_cell *cell_at(const struct holders_builder *b,
                                    uint64_t address)
{
    const struct holders_word *words = b->words.at;
    struct holders_cell *cells = b->cells.at;
    uint32_t global = b->heap->names ? hs_names_global(b->heap->names, address)
                                     : HS_NO_GLOBAL;
    size_t low = 0, high = b->cells.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t start = words[cells[middle].first_word].address;

        if (global != HS_NO_GLOBAL ? cells[middle].global == global
                                   : start == address)
            return &cells[middle];
        if (address < start)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* May variable CELL belong to another that points to it? */
static bool is_part(const struct holders_builder *b,
                    const struct holders_cell *cell)
{
    const struct hs_global *global = global_of(b, cell);

    return !global || global->temporary;
}

/* Variable FROM points to what WORD points to: an edge of cell numbers for now.
 * One that points to itself holds nothing by that. */
static void link_word(struct holders_builder *b, uint32_t from,
                      const struct holders_word *word)
{
    struct holders_cell *cells = b->cells.at;
    struct holders_cell *to = cell_at(b, word->value);
    struct hs_holder_edge edge = {.from = from};

    if (!to || to == &cells[from])
        return;
    edge.to = (uint32_t)(to - cells);
    hs_column_push(&b->edges, &edge);
    to->held |= is_part(b, to);
}

static void link_words(struct holders_builder *b)
{
    const struct holders_word *words = b->words.at;
    const struct holders_cell *cells = b->cells.at;

    for (uint32_t i = 0; i < b->cells.count; i++)
        for (uint32_t w = 0; w < cells[i].word_count; w++)
            if (words[cells[i].first_word + w].object == HS_NO_OBJECT)
                link_word(b, i, &words[cells[i].first_word + w]);
}

/* Marks what hangs below cell START as rooted; STACK has room for all. */
static void flood(struct holders_builder *b, const uint32_t *first_edge,
                  uint32_t start, uint32_t *stack)
{
    const struct hs_holder_edge *edges = b->edges.at;
    struct holders_cell *cells = b->cells.at;
    size_t depth = 0;

    cells[start].rooted = true;
    stack[depth++] = start;
    while (depth) {
        uint32_t cell = stack[--depth];

        for (uint32_t e = first_edge[cell]; e < first_edge[cell + 1]; e++) {
            if (cells[edges[e].to].rooted)
                continue;
            cells[edges[e].to].rooted = true;
            stack[depth++] = edges[e].to;
        }
    }
}

/* Which variables keep their place below globals: those no other one points to,
 * and the first of each ring of those that only point to one another. */
static void choose_roots(struct holders_builder *b)
{
    struct holders_cell *cells = b->cells.at;
    const struct hs_holder_edge *edges = b->edges.at;
    uint32_t count = (uint32_t)b->cells.count;
    uint32_t *first = hs_arena_zeroed(b->scratch, count + 2, sizeof(*first));
    uint32_t *stack = hs_arena_zeroed(b->scratch, count + 1, sizeof(*stack));

    for (size_t e = 0; e < b->edges.count; e++)
        first[edges[e].from + 1]++;
    for (uint32_t i = 0; i < count; i++)
        first[i + 1] += first[i];
    for (uint32_t i = 0; i < count; i++)
        if (!cells[i].held)
            flood(b, first, i, stack);
    for (uint32_t i = 0; i < count; i++) {
        if (cells[i].rooted)
            continue;
        cells[i].held = false;
        flood(b, first, i, stack);
    }
}

/* Do the variables of package PATH do the runtime's own work? */
static bool is_runtime(struct hs_str path)
{
    static const char *const below[] = {"runtime/internal/",
                                        "internal/runtime/"};

    if (hs_str_equal(path, hs_str_of("runtime")))
        return true;
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
        if (path.size > strlen(below[i]) &&
            memcmp(path.text, below[i], strlen(below[i])) == 0)
            return true;
    return false;
}

/* A cell and its package, to be sorted by both. */
struct member {
    struct hs_str package;
    uint32_t cell;
};

static int by_package(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = hs_str_compare(x->package, y->package);

    return order ? order : (x->cell > y->cell) - (x->cell < y->cell);
}

/* The cells that hang below packages, in *MEMBERS; says how many. */
static uint32_t find_members(struct holders_builder *b, struct member **members)
{
    struct holders_cell *cells = b->cells.at;
    uint32_t count = 0;

    *members =
        hs_arena_zeroed(b->scratch, b->cells.count + 1, sizeof(**members));
    for (uint32_t i = 0; i < b->cells.count; i++) {
        const struct hs_global *global = global_of(b, &cells[i]);

        if (!global || cells[i].held || !global->package.size)
            continue;
        if (is_runtime(global->package)) {
            cells[i].package = HOLDERS_RUNTIME;
            continue;
        }
        (*members)[count].package = global->package;
        (*members)[count++].cell = i;
    }
    if (count)
        qsort(*members, count, sizeof(**members), by_package);
    return count;
}

static void find_packages(struct holders_builder *b)
{
    struct holders_cell *cells = b->cells.at;
    struct member *members;
    uint32_t count = find_members(b, &members);

    b->by_package = hs_arena_zeroed(b->scratch, count + 1, sizeof(uint32_t));
    b->package_start = hs_arena_zeroed(b->scratch, count + 1, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 ||
            !hs_str_equal(members[i].package, members[i - 1].package)) {
            b->package_start[b->packages.count] = i;
            hs_column_push(&b->packages, &members[i].package);
        }
        b->by_package[i] = members[i].cell;
        cells[members[i].cell].package = (uint32_t)b->packages.count - 1;
    }
    b->package_start[b->packages.count] = count;
}

void hs_holders_find_variables(struct holders_builder *b)
{
    for (uint32_t i = 0; i < b->heap->segments.count; i++)
        read_segment(b, i);
    if (b->words.count)
        qsort(b->words.at, b->words.count, sizeof(struct holders_word),
              by_address);
    make_cells(b);
    link_words(b);
    choose_roots(b);
    find_packages(b);
}

/* What a goroutine holds (the runtime's own lists of gs and sudogs) is not
 * held by a variable. */
static void add_variable(struct holders_builder *b, struct holders_cell *cell,
                         uint32_t parent)
{
    const struct holders_word *word =
        (const struct holders_word *)b->words.at + cell->first_word;
    const struct hs_global *global = global_of(b, cell);
    struct hs_variable variable = {.address = word->address,
                                   .segment = word->segment,
                                   .global = cell->global};
    size_t first = b->roots.count;

    if (global)
        variable.name = global->name;
    cell->holder = hs_holders_add(b, parent, HS_HOLDER_GLOBAL,
                                  (uint32_t)b->variables.count);
    hs_column_push(&b->variables, &variable);
    for (uint32_t w = 0; w < cell->word_count; w++) {
        struct hs_root root = {.object = word[w].object};

        if (root.object != HS_NO_OBJECT &&
            hs_map_lookup(&b->owner, root.object) == HS_MAP_NONE)
            hs_column_push(&b->roots, &root);
    }
    hs_holders_tidy_roots(b, first);
}

void hs_holders_add_packages(struct holders_builder *b, uint32_t globals)
{
    struct holders_cell *cells = b->cells.at;

    for (uint32_t i = 0; i < b->packages.count; i++)
        hs_holders_add(b, globals, HS_HOLDER_PACKAGE, i);
    for (size_t i = 0; i < b->cells.count; i++)
        if (!cells[i].held && cells[i].package == HS_NO_RECORD)
            add_variable(b, &cells[i], globals);
}

void hs_holders_add_variables(struct holders_builder *b, uint32_t package)
{
    const struct hs_holder *holders = b->holders.at;
    struct holders_cell *cells = b->cells.at;
    uint32_t number = holders[package].record;

    for (uint32_t i = b->package_start[number];
         i < b->package_start[number + 1]; i++)
        add_variable(b, &cells[b->by_package[i]], package);
}

void hs_holders_add_runtime(struct holders_builder *b, uint32_t runtime)
{
    struct holders_cell *cells = b->cells.at;

    for (size_t i = 0; i < b->cells.count; i++)
        if (cells[i].package == HOLDERS_RUNTIME)
            add_variable(b, &cells[i], runtime);
}

/* From cell numbers to holder numbers; held ones come after all others, so the
 * order by `from` has to be made anew. */
static int by_from(const void *a, const void *b)
{
    const struct hs_holder_edge *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

void hs_holders_add_held_variables(struct holders_builder *b)
{
    struct holders_cell *cells = b->cells.at;
    struct hs_holder_edge *edges = b->edges.at;

    for (size_t i = 0; i < b->cells.count; i++)
        if (cells[i].held)
            add_variable(b, &cells[i], (uint32_t)b->holders.count);
    for (size_t i = 0; i < b->edges.count; i++) {
        edges[i].from = cells[edges[i].from].holder;
        edges[i].to = cells[edges[i].to].holder;
    }
    if (b->edges.count)
        qsort(edges, b->edges.count, sizeof(*edges), by_from);
}
