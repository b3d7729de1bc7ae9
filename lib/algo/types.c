/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.c - counts the objects of each row, and what they retain.
 *
 * What a type retains comes out of one walk down the dominator tree in
 * preorder: a node counts unless it stands inside the subtree of the last node
 * of its type that counted.  Objects that are folded are met in that walk, too,
 * at the place of the node they are folded into, but for those of a type
 * without pointers: nothing stands above them that is of their type.  Where
 * several are folded into one another, it is seen first whether one above is of
 * their type.
 */
#include <stdlib.h>
#include <string.h>

#include "algo/types_impl.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "model/goversion.h"
#include "model/heap_lookup.h"

/* Cells of a tally, at most: of more rows, fewer claims are composed. */
#define CELLS_MOST ((size_t)1 << 19)

struct counting {
    struct hs_types *types;
    const struct hs_retention *retention;
    struct hs_types_tally *tally;
    struct hs_dominators_index index;
    uint32_t *row_of;        /* by number: the row, UINT32_MAX for a holder */
    uint32_t *row_of_fold;   /* by vertex, 1 + the row of what is folded and has
                              * others folded into it */
    struct hs_column rows;   /* struct hs_type_row */
    struct hs_map row_named; /* a name's hash -> the first row so called */
    struct count_part *parts;
    unsigned part_count;
    struct hs_arena *arena, *scratch;
};

/* Folded objects of kinds with pointers that squeeze() has room for, which is
 * the lower half of a word; the upper is the place in the dominator tree of
 * what they are folded into.  Of those that are *deep*, folded into what is
 * folded itself, it is that one's vertex until settle_part(). */
struct fold_list {
    struct hs_column words; /* uint64_t */
    size_t at;              /* when they are added up */
};

/* What one thread counts, in an arena of its own. */
struct count_part {
    struct hs_arena arena;
    struct hs_kind_count *sums;  /* by row */
    uint64_t *retained;          /* by row */
    struct hs_kind_count *cells; /* as those of the tally */
    struct hs_column large;      /* struct large_fold */
    struct hs_column deep_large; /* the same, PLACE being a vertex */
    size_t large_at;             /* of LARGE, when it is added up */
    struct fold_list folds, deep;
};

/* A folded object that retains what has no room in a fold, or that no allocator
 * hands out; PLACE is as of the column it is in. */
struct large_fold {
    uint32_t place, row;
    uint64_t bytes;
};

/* A folded object in 32 bits: 19 of row, and 13 of what it retains, in eights,
 * 0 if that is the row's slot.  False if there is no room for it. */
static bool squeeze(const struct counting *counting, uint32_t row,
                    uint64_t bytes, uint32_t *fold)
{
    const struct hs_type_row *rows = counting->rows.at;
    uint64_t slot = bytes == rows[row].slot ? 0 : bytes;

    *fold = row << FOLD_SIZE_BITS | (uint32_t)(slot / 8);
    return slot / 8 < 1 << FOLD_SIZE_BITS && slot % 8 == 0;
}

static uint32_t row_of_squeezed(uint32_t fold)
{
    return fold >> FOLD_SIZE_BITS;
}

static void note_fold(struct fold_list *list, uint32_t above, uint32_t fold)
{
    hs_column_push(&list->words, &(uint64_t){(uint64_t)above << 32 | fold});
}

static void note_large(const struct counting *counting, struct count_part *part,
                       uint32_t number, uint32_t row, uint64_t bytes)
{
    struct large_fold large = {counting->index.place[number], row, bytes};

    hs_column_push(&part->large, &large);
}

/* The object that KEYS is at, which is of ROW, is folded into one that is
 * folded itself: whose row may not be known yet. */
static void note_deep(const struct counting *counting, struct count_part *part,
                      uint32_t above, uint32_t row, uint64_t bytes)
{
    struct large_fold large = {above, row, bytes};
    uint32_t fold;

    if (squeeze(counting, row, bytes, &fold))
        note_fold(&part->deep, above, fold);
    else
        hs_column_push(&part->deep_large, &large);
}

/* The object that KEYS is at, which is folded, and is of ROW. */
static void count_fold(struct counting *counting, struct count_part *part,
                       const struct types_keys *keys, uint32_t row)
{
    const struct hs_retention_walk *at = &keys->at;
    const struct hs_type_row *rows = counting->rows.at;
    uint64_t bytes = at->vertex == HS_NO_VERTEX ? keys->size : at->bytes;
    uint32_t fold;

    if (at->vertex != HS_NO_VERTEX)
        counting->row_of_fold[at->vertex] = row + 1;
    if ((!rows[row].pointers && at->vertex == HS_NO_VERTEX) || row >= FOLD_ROWS)
        part->retained[row] += bytes;
    else if (hs_retention_vertex_above(at->retention, at->above) !=
             HS_NO_VERTEX)
        note_deep(counting, part, at->above, row, bytes);
    else if (squeeze(counting, row, bytes, &fold))
        note_fold(&part->folds, counting->index.place[at->number], fold);
    else
        note_large(counting, part, at->number, row, bytes);
}

/* The row that FRESH belongs to, which is added unless there is one that nobody
 * could tell from it: a closure that was inlined is compiled several times
 * under one name. */
static uint32_t add_row(struct counting *counting,
                        const struct hs_type_row *fresh)
{
    uint32_t next = (uint32_t)counting->rows.count, row;
    uint64_t hash =
        hs_hash_bytes(fresh->name.text, fresh->name.size, hs_hash_seed());
    const struct hs_type_row *there;

    row = hs_map_add(&counting->row_named, hash, next);
    if (row != next) {
        there = (const struct hs_type_row *)counting->rows.at + row;
        if (hs_str_equal(there->name, fresh->name) &&
            there->pointers == fresh->pointers && there->slot == fresh->slot)
            return row;
    }
    hs_column_push(&counting->rows, fresh);
    return next;
}

/* Makes the row of KEY, an object of SIZE bytes, if it is the first of its
 * kind.  A damaged dump may have as many descriptors as objects: then slots
 * do. */
static void want_row(struct counting *counting, uint64_t key, uint64_t size)
{
    struct hs_map *map = &counting->types->rows_by_key;
    struct hs_type_row fresh;

    if (hs_map_lookup(map, key) != HS_MAP_NONE)
        return;
    if (!(key & KEY_SLOT) && counting->rows.count >= ROWS_DESCRIBED) {
        key = hs_types_slot_key(size, true);
        if (hs_map_lookup(map, key) != HS_MAP_NONE)
            return;
    }
    fresh = hs_types_make_row(counting->types, key, counting->arena);
    hs_map_add(map, key, add_row(counting, &fresh));
}

/* Makes the rows of the program's types. */
static void want_typed_rows(struct counting *counting)
{
    const struct hs_types *types = counting->types;
    uint32_t *seen = hs_arena_zeroed(counting->scratch, types->type_count + 1,
                                     sizeof(*seen));
    uint32_t count = hs_heap_count(types->heap);

    for (uint32_t object = 0; object < count; object++) {
        uint64_t key = hs_types_typed_key(types, object);
        uint32_t *mask = &seen[key & (HS_MOST_TYPES - 1)];
        uint32_t bit = (uint32_t)1 << (key >> 24 & 31); /* shape and guess */

        /* Beyond that many rows every size is a row. */
        if (!key || (*mask & bit && counting->rows.count < ROWS_DESCRIBED))
            continue;
        *mask |= bit;
        want_row(counting, key, hs_heap_size(types->heap, object));
    }
}

/* Makes the rows of the kinds in PAGE, of objects that have no type. */
static void want_rows_of_page(struct counting *counting, size_t index,
                              uint64_t *last_key)
{
    const struct hs_heap *heap = counting->types->heap;
    const struct hs_page *page = &heap->store->pages[index];
    const struct hs_memory *memory;
    struct hs_heap_walk walk;
    uint64_t key = hs_types_slot_key(page->size, page->scan);

    if (hs_types_slots_tell(counting->types, page)) {
        if (key != *last_key)
            want_row(counting, key, page->size);
        *last_key = key;
        return;
    }
    hs_heap_walk_page(&walk, heap, index);
    while ((memory = hs_heap_walk_next(&walk)))
        want_row(counting, hs_types_key_in(counting->types, page, memory),
                 memory->size);
    *last_key = 0;
}

static void want_rows(struct counting *counting)
{
    const struct hs_heap_store *store = counting->types->heap->store;
    uint64_t last_key = 0;

    if (counting->types->names)
        want_typed_rows(counting);
    if (counting->types->package_of)
        return; /* every object has one */
    for (size_t page = 0; page < store->page_count; page++)
        if (store->pages[page].kind != HS_PAGE_EMPTY)
            want_rows_of_page(counting, page, &last_key);
}

/* Counts the object that KEYS is at, which is of ROW. */
static void count_object(struct counting *counting, struct count_part *part,
                         const struct types_keys *keys, uint32_t row)
{
    const struct hs_types_tally *tally = counting->tally;
    uint32_t number = keys->at.number;
    struct hs_kind_count *cell;

    part->sums[row].objects++;
    part->sums[row].bytes += keys->size;
    if (number == 0)
        return;
    if (keys->at.folded)
        count_fold(counting, part, keys, row);
    else
        counting->row_of[number] = row;
    if (!tally || !tally->label[number] || tally->label[number] > tally->labels)
        return;
    cell = &part->cells[(size_t)row * tally->labels + tally->label[number] - 1];
    cell->objects++;
    cell->bytes += keys->size;
}

static void want_columns(const struct counting *counting,
                         struct hs_retention_walk *walk)
{
    walk->wanted[0] = counting->row_of;
    walk->wanted_size[0] = sizeof(*counting->row_of);
    walk->wanted[1] = counting->index.place;
    walk->wanted_size[1] = sizeof(*counting->index.place);
    if (counting->tally) {
        walk->wanted[2] = counting->tally->label;
        walk->wanted_size[2] = sizeof(*counting->tally->label);
    }
}

static void count_part(void *context, unsigned number)
{
    struct counting *counting = context;
    struct count_part *part = &counting->parts[number];
    struct types_keys keys = {.types = counting->types, .page = UINT32_MAX};
    size_t rows = counting->rows.count;
    /* A dump that ends before its roots still tells what there is. */
    bool all = hs_retention_totals(counting->retention).reachable_objects == 0;
    uint64_t last_key = 0, last_size = 0;
    uint32_t row = 0;

    part->folds.words = HS_COLUMN(uint64_t, &part->arena);
    part->deep.words = HS_COLUMN(uint64_t, &part->arena);
    part->large = HS_COLUMN(struct large_fold, &part->arena);
    part->deep_large = HS_COLUMN(struct large_fold, &part->arena);
    part->sums = hs_arena_zeroed(&part->arena, rows + 1, sizeof(*part->sums));
    part->retained = hs_arena_zeroed(&part->arena, rows + 1, 8);
    if (counting->tally)
        part->cells =
            hs_arena_zeroed(&part->arena, rows * counting->tally->labels + 1,
                            sizeof(*part->cells));
    hs_retention_walk_part(&keys.at, counting->retention, number,
                           counting->part_count);
    want_columns(counting, &keys.at);
    while (hs_types_next_key(&keys)) {
        if (keys.key != last_key || keys.size != last_size) {
            row = hs_types_find_row(counting->types, keys.key, keys.size);
            last_key = keys.key;
            last_size = keys.size;
        }
        if ((keys.at.number || all) && row != HS_MAP_NONE)
            count_object(counting, part, &keys, row);
    }
}

/* The number of what a vertex that is folded into VERTEX ends up in; 0 if one
 * of ROW is on the way. */
static uint32_t number_above(const struct counting *counting, uint32_t vertex,
                             uint32_t row)
{
    const struct hs_retention *r = counting->retention;
    uint32_t above;

    for (; (above = hs_retention_vertex_above(r, vertex)) != HS_NO_VERTEX;
         vertex = above)
        if (counting->row_of_fold[vertex] == row + 1)
            return 0;
    return hs_retention_vertex_number(r, vertex);
}

static int by_place(const void *a, const void *b)
{
    const struct large_fold *x = a, *y = b;

    return (x->place > y->place) - (x->place < y->place);
}

static void sort_list(struct fold_list *list)
{
    if (list->words.count)
        hs_sort_u64(list->words.at, list->words.count, 32, 32,
                    list->words.arena);
}

/* Drops those of LIST, which are deep, that have one of their row above them.
 */
static void settle_list(const struct counting *counting, struct fold_list *list)
{
    uint64_t *words = list->words.at;
    size_t kept = 0;

    for (size_t i = 0; i < list->words.count; i++) {
        uint32_t fold = (uint32_t)words[i];
        uint32_t number = number_above(counting, (uint32_t)(words[i] >> 32),
                                       row_of_squeezed(fold));

        if (number)
            words[kept++] =
                (uint64_t)counting->index.place[number] << 32 | fold;
    }
    list->words.count = kept;
}

static void settle_part(void *context, unsigned number)
{
    struct counting *counting = context;
    struct count_part *part = &counting->parts[number];
    const struct large_fold *large = part->deep_large.at;

    settle_list(counting, &part->deep);
    for (size_t i = 0; i < part->deep_large.count; i++) {
        uint32_t above = number_above(counting, large[i].place, large[i].row);

        if (above)
            note_large(counting, part, above, large[i].row, large[i].bytes);
    }
}

/* When there is less in memory. */
static void sort_part(void *context, unsigned number)
{
    struct counting *counting = context;
    struct count_part *part = &counting->parts[number];

    sort_list(&part->folds);
    sort_list(&part->deep);
    if (part->large.count)
        qsort(part->large.at, part->large.count, sizeof(struct large_fold),
              by_place);
}

/* Adds what one thread counted to the rows and the tally. */
static void add_part(struct counting *counting, const struct count_part *part)
{
    struct hs_types_tally *tally = counting->tally;
    struct hs_type_row *rows = counting->rows.at;
    size_t cells = tally ? counting->rows.count * tally->labels : 0;
    struct hs_kind_count *into = tally ? tally->cells.at : NULL;

    for (size_t i = 0; i < counting->rows.count; i++) {
        rows[i].objects += part->sums[i].objects;
        rows[i].bytes += part->sums[i].bytes;
        rows[i].retained_bytes += part->retained[i];
    }
    for (size_t i = 0; i < cells; i++) {
        into[i].objects += part->cells[i].objects;
        into[i].bytes += part->cells[i].bytes;
    }
}

/* Counts the objects of all rows, on all processors. */
static void count_objects(struct counting *counting)
{
    struct hs_types_tally *tally = counting->tally;
    size_t vertices = hs_retention_vertices(counting->retention);
    size_t rows = counting->rows.count, cells;

    counting->row_of_fold =
        hs_arena_zeroed(counting->scratch, vertices + 1, sizeof(uint32_t));
    if (tally && tally->labels > CELLS_MOST / (rows + 1))
        tally->labels = (uint32_t)(CELLS_MOST / (rows + 1));
    cells = tally ? rows * tally->labels : 0;
    counting->part_count = hs_parallel_processors();
    counting->parts = hs_arena_zeroed(counting->scratch, counting->part_count,
                                      sizeof(*counting->parts));
    if (cells)
        memset(hs_column_extend(&tally->cells, cells), 0,
               cells * sizeof(struct hs_kind_count));
    hs_parallel_run(counting->part_count, count_part, counting);
    hs_parallel_run(counting->part_count, settle_part, counting);
    hs_arena_release(counting->scratch, counting->row_of_fold,
                     (vertices + 1) * sizeof(uint32_t));
    hs_parallel_run(counting->part_count, sort_part, counting);
    for (unsigned i = 0; i < counting->part_count; i++)
        add_part(counting, &counting->parts[i]);
}

/* The folds of LIST at PLACE, which it has come to: each counts unless one of
 * its type is above.  Returns the next place that has any. */
static uint32_t add_folds(struct counting *counting, struct fold_list *list,
                          uint32_t place, const uint32_t *end)
{
    struct hs_type_row *rows = counting->rows.at;
    const uint64_t *words = list->words.at;
    size_t at = list->at, count = list->words.count;

    for (; at < count && words[at] >> 32 == place; at++) {
        uint32_t row = row_of_squeezed((uint32_t)words[at]);
        uint64_t bytes = (words[at] & ((1 << FOLD_SIZE_BITS) - 1)) * 8;

        if (place >= end[row])
            rows[row].retained_bytes += bytes ? bytes : rows[row].slot;
    }
    list->at = at;
    return at < count ? (uint32_t)(words[at] >> 32) : UINT32_MAX;
}

/* The same of those that are large. */
static uint32_t add_large_folds(struct counting *counting,
                                struct count_part *part, uint32_t place,
                                const uint32_t *end)
{
    struct hs_type_row *rows = counting->rows.at;
    const struct large_fold *large = part->large.at;
    size_t *at = &part->large_at;

    for (; *at < part->large.count && large[*at].place == place; ++*at)
        if (place >= end[large[*at].row])
            rows[large[*at].row].retained_bytes += large[*at].bytes;
    return *at < part->large.count ? large[*at].place : UINT32_MAX;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* All folds at PLACE; returns the next place that has any. */
static uint32_t add_all_folds(struct counting *counting, uint32_t place,
                              const uint32_t *end)
{
    uint32_t next = UINT32_MAX;

    for (unsigned i = 0; i < counting->part_count; i++) {
        struct count_part *part = &counting->parts[i];

        next = least(next, add_folds(counting, &part->folds, place, end));
        next = least(next, add_folds(counting, &part->deep, place, end));
        next = least(next, add_large_folds(counting, part, place, end));
    }
    return next;
}

/* Walks the dominator tree in preorder. */
static void add_retained(struct counting *counting,
                         const struct hs_dominators *dom)
{
    struct hs_type_row *rows = counting->rows.at;
    const struct hs_dominators_index *index = &counting->index;
    size_t room = (size_t)dom->count + 1;
    uint32_t *at_place =
        hs_arena_alloc(counting->scratch, room * sizeof(*at_place));
    uint32_t *end = hs_arena_zeroed(counting->scratch, counting->rows.count + 1,
                                    sizeof(*end));
    uint32_t next = 0; /* place with folds */

    for (uint32_t v = 1; v <= dom->count; v++)
        at_place[index->place[v]] = v;
    for (uint32_t place = 0; place < dom->count; place++) {
        uint32_t v = at_place[place], row = counting->row_of[v];

        if (row != UINT32_MAX && place >= end[row]) {
            rows[row].retained_bytes += dom->retained[v].bytes;
            end[row] = place + index->span[v];
        }
        if (place == next)
            next = add_all_folds(counting, place, end);
    }
    hs_arena_release(counting->scratch, at_place, room * sizeof(*at_place));
}

/* Counts what the rows of COUNTING's types are. */
static void count_all(struct counting *counting)
{
    struct hs_types *types = counting->types;
    const struct hs_dominators *dom = hs_retention_numbers(counting->retention);
    size_t room = ((size_t)dom->count + 1) * sizeof(uint32_t);

    counting->row_of = hs_arena_alloc(counting->scratch, room);
    memset(counting->row_of, 0xff, room);
    hs_dominators_lay_out(&counting->index, dom, counting->scratch);
    want_rows(counting);
    count_objects(counting);
    add_retained(counting, dom);
    types->rows = counting->rows.at;
    types->count = counting->rows.count;
    for (size_t i = 0; i < types->count; i++) {
        types->typed_objects += types->rows[i].named * types->rows[i].objects;
        types->typed_bytes += types->rows[i].named * types->rows[i].bytes;
    }
    hs_arena_release(counting->scratch, counting->index.place, room);
    hs_arena_release(counting->scratch, counting->index.span, room);
    hs_arena_release(counting->scratch, counting->row_of, room);
    for (unsigned i = 0; i < counting->part_count; i++)
        hs_arena_free(&counting->parts[i].arena);
}

static struct counting start(const struct hs_heap *heap,
                             const struct hs_retention *retention,
                             struct hs_types_tally *tally,
                             struct hs_arena *arena, struct hs_arena *scratch)
{
    const struct hs_type_record *records = heap->types.at;
    struct hs_types *types = hs_arena_zeroed(arena, 1, sizeof(*types));
    struct counting counting = {.types = types,
                                .retention = retention,
                                .tally = tally,
                                .rows = HS_COLUMN(struct hs_type_row, arena),
                                .arena = arena,
                                .scratch = scratch};

    types->heap = heap;
    types->names = heap->names;
    types->type_count = heap->names ? (uint32_t)heap->names->types.count : 0;
    types->headers = hs_goversion_has_headers(heap->go_version);
    hs_map_init(&types->rows_by_key, arena, 256);
    hs_map_init(&types->records_by_type, arena, heap->types.count);
    for (uint32_t i = 0; i < heap->types.count; i++)
        hs_map_add(&types->records_by_type, records[i].type, i);
    hs_map_init(&counting.row_named, scratch, 256);
    return counting;
}

struct hs_types *hs_types_new(const struct hs_heap *heap,
                              const struct hs_retention *retention,
                              struct hs_types_tally *tally,
                              struct hs_arena *arena, struct hs_arena *scratch)
{
    struct counting counting = start(heap, retention, tally, arena, scratch);

    count_all(&counting);
    return counting.types;
}

struct hs_types *hs_types_by_package(const struct hs_heap *heap,
                                     const struct hs_retention *retention,
                                     struct hs_arena *arena,
                                     struct hs_arena *scratch)
{
    struct counting counting = start(heap, retention, NULL, arena, scratch);

    hs_types_find_packages(counting.types, arena, scratch);
    count_all(&counting);
    return counting.types;
}

static int by_retained(const void *a, const void *b, void *context)
{
    const struct hs_type_row *rows = context;
    const struct hs_type_row *x = &rows[*(const uint32_t *)a];
    const struct hs_type_row *y = &rows[*(const uint32_t *)b];

    if (x->retained_bytes != y->retained_bytes)
        return x->retained_bytes < y->retained_bytes ? 1 : -1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return hs_str_compare(x->name, y->name);
}

const uint32_t *hs_types_order(const struct hs_types *types, size_t *count,
                               struct hs_arena *arena)
{
    uint32_t *order = hs_arena_zeroed(arena, types->count + 1, sizeof(*order));
    struct hs_type_row *rows =
        hs_arena_zeroed(arena, types->count + 1, sizeof(*rows));

    *count = 0;
    if (types->count)
        memcpy(rows, types->rows, types->count * sizeof(*rows));
    for (uint32_t i = 0; i < types->count; i++)
        if (rows[i].objects)
            order[(*count)++] = i;
    qsort_r(order, *count, sizeof(*order), by_retained, rows);
    return order;
}
