/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders.c - puts the levels of the holder tree together.
 */
#include "algo/holders.h"

#include <stdlib.h>

#include "algo/holders_impl.h"

uint32_t hs_holders_add(struct holders_builder *b, uint32_t parent,
                        enum hs_holder_kind kind, uint32_t record)
{
    uint32_t number = (uint32_t)b->holders.count;
    struct hs_holder holder = {.parent = parent,
                               .first_child = HS_NO_RECORD,
                               .first_root = (uint32_t)b->roots.count,
                               .record = record,
                               .kind = (uint8_t)kind};

    /* What only other variables point to is theirs (holders.h); the runtime
     * is one, whatever its variables are called. */
    holder.unit = (kind == HS_HOLDER_GLOBAL && parent != number &&
                   parent != b->runtime) ||
                  kind == HS_HOLDER_GROUP || kind == HS_HOLDER_CLEANUPS ||
                  kind == HS_HOLDER_RUNTIME ||
                  (record != HS_NO_RECORD &&
                   (kind == HS_HOLDER_TIMERS || kind == HS_HOLDER_FINALIZERS));
    holder.deferred = kind == HS_HOLDER_GOROUTINE ||
                      kind == HS_HOLDER_FINALIZER || kind == HS_HOLDER_CLEANUPS;
    hs_column_push(&b->holders, &holder);
    return number;
}

void hs_holders_open(struct holders_builder *b, uint32_t holder)
{
    struct hs_holder *holders = b->holders.at;

    holders[holder].first_child = (uint32_t)b->holders.count;
}

void hs_holders_root(struct holders_builder *b, uint64_t address)
{
    struct hs_root root = {.object = hs_heap_find(b->heap, address)};

    if (root.object != HS_NO_OBJECT)
        hs_column_push(&b->roots, &root);
}

static int by_root(const void *a, const void *b)
{
    const struct hs_root *x = a, *y = b;

    return (x->object > y->object) - (x->object < y->object);
}

void hs_holders_tidy_roots(struct holders_builder *b, size_t first)
{
    struct hs_root *roots = b->roots.at;
    size_t kept = first;

    if (b->roots.count - first < 2)
        return;
    qsort(roots + first, b->roots.count - first, sizeof(*roots), by_root);
    for (size_t i = first; i < b->roots.count; i++)
        if (kept == first || roots[kept - 1].object != roots[i].object)
            roots[kept++] = roots[i];
    b->roots.count = kept;
}

bool hs_holders_next_word(const struct hs_heap *heap, struct hs_fields *fields,
                          const struct hs_memory *memory, uint64_t *offset,
                          uint64_t *value)
{
    while (hs_fields_next(fields, offset)) {
        if (memory->size < heap->pointer_size ||
            *offset > memory->size - heap->pointer_size)
            continue;
        *value = hs_heap_word(heap, memory->bytes + *offset);
        return true;
    }
    return false;
}

/* Level 1: what stands right below the heap. */
static void add_kinds(struct holders_builder *b)
{
    static const enum hs_holder_kind kinds[] = {
        HS_HOLDER_GLOBALS, HS_HOLDER_GOROUTINES, HS_HOLDER_FINALIZERS,
        HS_HOLDER_CLEANUPS, HS_HOLDER_TIMERS};
    const uint64_t *others = b->heap->other_roots.at;

    hs_holders_open(b, 0);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        hs_holders_add(b, 0, kinds[i], HS_NO_RECORD);
    b->runtime = hs_holders_add(b, 0, HS_HOLDER_RUNTIME, HS_NO_RECORD);
    hs_holders_root_processors(b);
    for (size_t i = 0; i < b->heap->other_roots.count; i++)
        hs_holders_root(b, others[i]);
}

/* Appends the children of holder NUMBER. */
static void add_children(struct holders_builder *b, uint32_t number)
{
    const struct hs_holder *holders = b->holders.at;
    const struct hs_holder holder = holders[number];

    hs_holders_open(b, number);
    switch ((enum hs_holder_kind)holder.kind) {
    case HS_HOLDER_GLOBALS:
        hs_holders_add_packages(b, number);
        break;
    case HS_HOLDER_PACKAGE:
        hs_holders_add_variables(b, number);
        break;
    case HS_HOLDER_RUNTIME:
        hs_holders_add_runtime(b, number);
        break;
    case HS_HOLDER_GOROUTINES:
        hs_holders_add_groups(b, number);
        break;
    case HS_HOLDER_GROUP:
        hs_holders_add_goroutines(b, number);
        break;
    case HS_HOLDER_GOROUTINE:
        hs_holders_add_frames(b, number);
        break;
    case HS_HOLDER_TIMERS:
        if (holder.record == HS_NO_RECORD)
            hs_holders_add_timers(b, number);
        break;
    case HS_HOLDER_FINALIZERS:
        if (holder.record == HS_NO_RECORD)
            hs_holders_add_finalizer_functions(b, number);
        else
            hs_holders_add_finalizers(b, number);
        break;
    default:
        break;
    }
}

/* Variables that hang below other variables come last and have no children:
 * whoever has no children ends, and the sentinel closes, at that border. */
static void close_holders(struct holders_builder *b)
{
    uint32_t border = (uint32_t)b->holders.count;
    struct hs_holder *holders;

    hs_holders_add_held_variables(b);
    hs_holders_add(b, 0, HS_HOLDER_HEAP, HS_NO_RECORD);
    holders = b->holders.at;
    for (size_t i = 0; i < b->holders.count; i++)
        if (holders[i].first_child == HS_NO_RECORD)
            holders[i].first_child = border;
    b->holders.count--; /* the sentinel stays behind the end */
}

static int by_object(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Sorts COLUMN of objects and drops repeats. */
static void sort_objects(struct hs_column *column)
{
    uint32_t *at = column->at;
    size_t kept = 0;

    if (column->count == 0)
        return;
    qsort(at, column->count, sizeof(*at), by_object);
    for (size_t i = 0; i < column->count; i++)
        if (kept == 0 || at[kept - 1] != at[i])
            at[kept++] = at[i];
    column->count = kept;
}

static struct hs_holders *finish(struct holders_builder *b)
{
    struct hs_holders *h = hs_arena_zeroed(b->arena, 1, sizeof(*h));

    sort_objects(&b->muted);
    sort_objects(&b->captive);
    h->heap = b->heap;
    h->holders = b->holders.at;
    h->holder_count = b->holders.count;
    h->roots = b->roots.at;
    h->root_count = b->roots.count;
    h->edges = b->edges.at;
    h->edge_count = b->edges.count;
    h->variables = b->variables.at;
    h->variable_count = b->variables.count;
    h->groups = b->groups.at;
    h->group_count = b->groups.count;
    h->packages = b->packages.at;
    h->package_count = b->packages.count;
    h->runtime_told_apart = b->heap->names && b->heap->names->globals.count;
    h->timer_functions = b->timer_functions.at;
    h->finalizer_functions = b->finalizer_functions.at;
    h->finalizer_function_count = b->finalizer_functions.count;
    h->muted = b->muted.at;
    h->muted_count = b->muted.count;
    h->captive = b->captive.at;
    h->captive_count = b->captive.count;
    return h;
}

struct hs_holders *hs_holders_new(const struct hs_heap *heap,
                                  struct hs_arena *arena,
                                  struct hs_arena *scratch)
{
    struct holders_builder b = {
        .heap = heap,
        .arena = arena,
        .scratch = scratch,
        .holders = HS_COLUMN(struct hs_holder, arena),
        .roots = HS_COLUMN(struct hs_root, arena),
        .edges = HS_COLUMN(struct hs_holder_edge, arena),
        .variables = HS_COLUMN(struct hs_variable, arena),
        .groups = HS_COLUMN(struct hs_goroutine_group, arena),
        .packages = HS_COLUMN(struct hs_str, arena),
        .timer_functions = HS_COLUMN(uint64_t, arena),
        .finalizer_functions = HS_COLUMN(uint64_t, arena),
        .muted = HS_COLUMN(uint32_t, arena),
        .captive = HS_COLUMN(uint32_t, arena),
        .words = HS_COLUMN(struct holders_word, scratch),
        .cells = HS_COLUMN(struct holders_cell, scratch),
    };

    hs_holders_find_variables(&b);
    hs_holders_find_groups(&b);
    hs_holders_find_waiters(&b);
    hs_holders_find_processors(&b);
    hs_holders_add(&b, 0, HS_HOLDER_HEAP, HS_NO_RECORD);
    add_kinds(&b);
    /* The column grows while it is walked: level after level. */
    for (uint32_t i = 1; i < b.holders.count; i++)
        add_children(&b, i);
    close_holders(&b);
    hs_arena_free(&b.passing);
    return finish(&b);
}

const char *hs_holder_kind_name(enum hs_holder_kind kind)
{
    static const char *const names[] = {
        [HS_HOLDER_HEAP] = "heap",
        [HS_HOLDER_GLOBALS] = "globals",
        [HS_HOLDER_PACKAGE] = "package",
        [HS_HOLDER_GLOBAL] = "global",
        [HS_HOLDER_GOROUTINES] = "goroutines",
        [HS_HOLDER_GROUP] = "goroutines",
        [HS_HOLDER_GOROUTINE] = "goroutine",
        [HS_HOLDER_FRAME] = "frame",
        [HS_HOLDER_FINALIZERS] = "finalizers",
        [HS_HOLDER_FINALIZER] = "finalizer",
        [HS_HOLDER_CLEANUPS] = "cleanups",
        [HS_HOLDER_TIMERS] = "timers",
        [HS_HOLDER_POOLS] = "pools",
        [HS_HOLDER_RUNTIME] = "runtime",
        [HS_HOLDER_UNREACHABLE] = "unreachable",
    };

    return names[kind];
}
