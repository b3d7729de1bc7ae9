/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.c - type descriptors in malloc headers, and slots for the rest.
 *
 * A key stands for a row: the address of a descriptor, or a slot's size and
 * whether it has pointers, with the highest bit set.  A slot that has room for
 * its type twice is an array of it, and has a key of its own.
 *
 * What a type retains comes out of one walk down the dominator tree in
 * preorder: a node counts unless it stands inside the subtree of the last node
 * of its type that counted.  Objects that are folded retain themselves; those
 * of a type with pointers (all nil) may stand below one of their type, and
 * are met in that walk, too, at the place of the node they are folded into.
 */
#include "algo/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/sort.h"
#include "model/goversion.h"
#include "model/heap_lookup.h"

#define HEADER_BYTES   8
#define HEADER_LARGEST 32768
#define KEY_SLOT       ((uint64_t)1 << 63)
#define KEY_POINTERS   ((uint64_t)1 << 62) /* of a slot */
#define KEY_SEVERAL    ((uint64_t)1 << 62) /* of a descriptor */
#define FOLD_SIZE_BITS 13 /* of sizes up to HEADER_LARGEST, in eights */
#define FOLD_ROWS      ((uint32_t)1 << (32 - FOLD_SIZE_BITS))
#define ROWS_DESCRIBED (FOLD_ROWS / 2) /* beyond, slots tell types apart */

static bool page_has_headers(const struct hs_types *types,
                             const struct hs_page *page)
{
    return types->headers && page->scan && page->kind == HS_PAGE_SLOTS &&
           page->size > hs_heap_small_slot(types->heap) &&
           page->size <= HEADER_LARGEST;
}

static const struct hs_type_record *record_of(const struct hs_types *types,
                                              uint64_t descriptor)
{
    uint32_t found = hs_map_lookup(&types->records_by_type, descriptor);

    if (found == HS_MAP_NONE)
        return NULL;
    return (const struct hs_type_record *)types->heap->types.at + found;
}

static bool has_name(const struct hs_type_record *record)
{
    return record && hs_type_record_named(record);
}

static uint64_t slot_key(uint64_t size, bool pointers)
{
    return KEY_SLOT | (pointers ? KEY_POINTERS : 0) | size;
}

/* The key of an object with a header: MEMORY is its slot. */
static uint64_t header_key(const struct hs_types *types,
                           const struct hs_memory *memory)
{
    uint64_t type = hs_heap_word(types->heap, memory->bytes);
    const struct hs_type_record *record;

    if (type == 0 || type >= KEY_SEVERAL)
        return slot_key(memory->size, true);
    record = record_of(types, type);
    if (has_name(record) && record->size &&
        (memory->size - HEADER_BYTES) / record->size >= 2)
        return type | KEY_SEVERAL;
    return type;
}

static struct hs_type_row make_row(const struct hs_types *types, uint64_t key,
                                   struct hs_arena *arena)
{
    struct hs_type_row row = {.pointers = true};
    const struct hs_type_record *record;
    const char *name;

    if (key & KEY_SLOT) {
        row.slot = key & ~(KEY_SLOT | KEY_POINTERS);
        row.pointers = (key & KEY_POINTERS) != 0;
        name = hs_arena_printf(arena, "%" PRIu64 " B, %s", row.slot,
                               row.pointers ? "pointers" : "no pointers");
    } else {
        row.descriptor = key & ~KEY_SEVERAL;
        record = record_of(types, row.descriptor);
        row.named = has_name(record);
        name = row.named
                   ? hs_arena_printf(arena, "%s%.*s",
                                     key & KEY_SEVERAL ? "[]" : "",
                                     (int)record->name.size, record->name.text)
                   : hs_arena_printf(arena, "type@0x%" PRIx64, row.descriptor);
    }
    row.name = hs_str_of(name);
    return row;
}

/* Whether all objects of PAGE have the key of their slots. */
static bool slots_tell(const struct hs_types *types, const struct hs_page *page)
{
    return page->kind == HS_PAGE_SLOTS && !page_has_headers(types, page);
}

/* The key of an object of a PAGE whose slots do not tell. */
static uint64_t key_in(const struct hs_types *types, const struct hs_page *page,
                       const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t offset;

    if (page->kind == HS_PAGE_SLOTS)
        return header_key(types, memory);
    /* A list says of all its objects that one of them has pointers. */
    return slot_key(memory->size, hs_fields_next(&fields, &offset));
}

static uint64_t key_of(const struct hs_types *types, size_t page,
                       uint32_t object)
{
    const struct hs_page *p = &types->heap->store->pages[page];
    struct hs_memory memory;

    if (slots_tell(types, p))
        return slot_key(hs_heap_size(types->heap, object), p->scan);
    memory = hs_heap_memory(types->heap, object);
    return key_in(types, p, &memory);
}

/* The row of KEY, an object of SIZE bytes; HS_MAP_NONE if there is none. */
static uint32_t find_row(const struct hs_types *types, uint64_t key,
                         uint64_t size)
{
    uint32_t row = hs_map_lookup(&types->rows_by_key, key);

    if (row == HS_MAP_NONE)
        row = hs_map_lookup(&types->rows_by_key, slot_key(size, true));
    return row;
}

uint32_t hs_types_of(const struct hs_types *types, uint32_t object)
{
    const struct hs_heap_store *store = types->heap->store;
    size_t page = store->groups[hs_heap_slot_of(store, object) / 64].page;

    return find_row(types, key_of(types, page, object),
                    hs_heap_size(types->heap, object));
}

/* All objects in order, each with its key. */
struct keys {
    const struct hs_types *types;
    struct hs_retention_walk at;
    struct hs_heap_walk contents; /* of a page whose slots do not tell */
    uint32_t page;
    bool slots_tell; /* of the page */
    uint64_t key, size;
};

static void enter_page(struct keys *keys)
{
    const struct hs_heap *heap = keys->types->heap;
    const struct hs_page *page = &heap->store->pages[keys->at.page];

    keys->page = keys->at.page;
    keys->slots_tell = slots_tell(keys->types, page);
    keys->size = page->size;
    keys->key = slot_key(page->size, page->scan);
    if (!keys->slots_tell)
        hs_heap_walk_page(&keys->contents, heap, keys->page);
}

static bool next_key(struct keys *keys)
{
    const struct hs_memory *memory;

    if (!hs_retention_walk_next(&keys->at))
        return false;
    if (keys->at.page != keys->page)
        enter_page(keys);
    if (keys->slots_tell)
        return true;
    memory = hs_heap_walk_next(&keys->contents);
    if (!memory)
        return false;
    keys->key = key_in(keys->types,
                       &keys->types->heap->store->pages[keys->page], memory);
    keys->size = memory->size;
    return true;
}

struct counting {
    struct hs_types *types;
    const struct hs_retention *retention;
    struct hs_types_tally *tally;
    struct hs_dominators_index index;
    uint32_t *row_of;       /* by number: the row, UINT32_MAX for a holder */
    struct hs_column folds; /* uint64_t: see note_fold */
    struct hs_column rows;  /* struct hs_type_row */
    struct count_part *parts;
    unsigned part_count;
    struct hs_arena *arena, *scratch;
};

/* What one thread counts, in an arena of its own. */
struct count_part {
    struct hs_arena arena;
    struct hs_kind_count *sums;  /* by row */
    uint64_t *retained;          /* by row */
    struct hs_kind_count *cells; /* as those of the tally */
    struct hs_column folds;
};

/* A folded object of a kind with pointers: the place in the dominator tree,
 * 19 bits of row, and 13 bits of size if the row's objects have several. */
static void note_fold(const struct counting *counting, struct count_part *part,
                      uint32_t number, uint32_t row, uint64_t size)
{
    const struct hs_type_row *rows = counting->rows.at;
    uint64_t fold = (uint64_t)counting->index.place[number] << 32 |
                    row << FOLD_SIZE_BITS | (rows[row].slot ? 0 : size / 8);

    hs_column_push(&part->folds, &fold);
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
        key = slot_key(size, true);
        if (hs_map_lookup(map, key) != HS_MAP_NONE)
            return;
    }
    hs_map_add(map, key, (uint32_t)counting->rows.count);
    fresh = make_row(counting->types, key, counting->arena);
    hs_column_push(&counting->rows, &fresh);
}

/* Makes the rows of the kinds in PAGE. */
static void want_rows_of_page(struct counting *counting, size_t index,
                              uint64_t *last_key)
{
    const struct hs_heap *heap = counting->types->heap;
    const struct hs_page *page = &heap->store->pages[index];
    const struct hs_memory *memory;
    struct hs_heap_walk walk;
    uint64_t key = slot_key(page->size, page->scan);

    if (slots_tell(counting->types, page)) {
        if (key != *last_key)
            want_row(counting, key, page->size);
        *last_key = key;
        return;
    }
    hs_heap_walk_page(&walk, heap, index);
    while ((memory = hs_heap_walk_next(&walk)))
        want_row(counting, key_in(counting->types, page, memory), memory->size);
    *last_key = 0;
}

static void want_rows(struct counting *counting)
{
    const struct hs_heap_store *store = counting->types->heap->store;
    uint64_t last_key = 0;

    for (size_t page = 0; page < store->page_count; page++)
        if (store->pages[page].kind != HS_PAGE_EMPTY)
            want_rows_of_page(counting, page, &last_key);
}

/* Counts the object that KEYS is at, which is of ROW. */
static void count_object(struct counting *counting, struct count_part *part,
                         const struct keys *keys, uint32_t row)
{
    const struct hs_types_tally *tally = counting->tally;
    const struct hs_type_row *rows = counting->rows.at;
    uint32_t number = keys->at.number;
    struct hs_kind_count *cell;

    part->sums[row].objects++;
    part->sums[row].bytes += keys->size;
    if (number == 0)
        return;
    if (!keys->at.folded)
        counting->row_of[number] = row;
    else if (rows[row].pointers && row < FOLD_ROWS)
        note_fold(counting, part, number, row, keys->size);
    else
        part->retained[row] += keys->size;
    if (!tally || !tally->label[number])
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
    struct keys keys = {.types = counting->types, .page = UINT32_MAX};
    size_t rows = counting->rows.count;
    /* A dump that ends before its roots still tells what there is. */
    bool all = hs_retention_totals(counting->retention).reachable_objects == 0;
    uint64_t last_key = 0;
    uint32_t row = 0;

    part->folds = HS_COLUMN(uint64_t, &part->arena);
    part->sums = hs_arena_zeroed(&part->arena, rows + 1, sizeof(*part->sums));
    part->retained = hs_arena_zeroed(&part->arena, rows + 1, 8);
    if (counting->tally)
        part->cells =
            hs_arena_zeroed(&part->arena, rows * counting->tally->labels + 1,
                            sizeof(*part->cells));
    hs_retention_walk_part(&keys.at, counting->retention, number,
                           counting->part_count);
    want_columns(counting, &keys.at);
    while (next_key(&keys)) {
        if (keys.key != last_key) {
            row = find_row(counting->types, keys.key, keys.size);
            last_key = keys.key;
        }
        if ((keys.at.number || all) && row != HS_MAP_NONE)
            count_object(counting, part, &keys, row);
    }
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
    if (part->folds.count)
        memcpy(hs_column_extend(&counting->folds, part->folds.count),
               part->folds.at, part->folds.count * sizeof(uint64_t));
}

/* Counts the objects of all rows, on all processors. */
static void count_objects(struct counting *counting)
{
    struct hs_types_tally *tally = counting->tally;
    size_t cells = tally ? counting->rows.count * tally->labels : 0;

    counting->part_count = hs_parallel_processors();
    counting->parts = hs_arena_zeroed(counting->scratch, counting->part_count,
                                      sizeof(*counting->parts));
    if (cells)
        memset(hs_column_extend(&tally->cells, cells), 0,
               cells * sizeof(struct hs_kind_count));
    hs_parallel_run(counting->part_count, count_part, counting);
    for (unsigned i = 0; i < counting->part_count; i++) {
        add_part(counting, &counting->parts[i]);
        hs_arena_free(&counting->parts[i].arena);
    }
}

/* Folds at PLACE from *AT on: each counts unless one of its type is above. */
static void add_folds(struct counting *counting, uint32_t place,
                      const uint32_t *end, size_t *at)
{
    struct hs_type_row *rows = counting->rows.at;
    const uint64_t *folds = counting->folds.at;

    for (; *at < counting->folds.count && folds[*at] >> 32 == place; ++*at) {
        uint32_t row = (uint32_t)folds[*at] >> FOLD_SIZE_BITS;
        uint64_t size = (folds[*at] & ((1 << FOLD_SIZE_BITS) - 1)) * 8;

        if (place >= end[row])
            rows[row].retained_bytes += rows[row].slot ? rows[row].slot : size;
    }
}

/* Walks the dominator tree in preorder. */
static void add_retained(struct counting *counting,
                         const struct hs_dominators *dom)
{
    struct hs_type_row *rows = counting->rows.at;
    const struct hs_dominators_index *index = &counting->index;
    size_t room = (size_t)dom->count + 1, fold = 0;
    uint32_t *at_place =
        hs_arena_alloc(counting->scratch, room * sizeof(*at_place));
    uint32_t *end = hs_arena_zeroed(counting->scratch, counting->rows.count + 1,
                                    sizeof(*end));

    if (counting->folds.count)
        hs_sort_u64(counting->folds.at, counting->folds.count, 32, 32,
                    counting->scratch);
    for (uint32_t v = 1; v <= dom->count; v++)
        at_place[index->place[v]] = v;
    for (uint32_t place = 0; place < dom->count; place++) {
        uint32_t v = at_place[place], row = counting->row_of[v];

        if (row != UINT32_MAX && place >= end[row]) {
            rows[row].retained_bytes += dom->retained[v].bytes;
            end[row] = place + index->span[v];
        }
        add_folds(counting, place, end, &fold);
    }
    hs_arena_release(counting->scratch, at_place, room * sizeof(*at_place));
}

struct hs_types *hs_types_new(const struct hs_heap *heap,
                              const struct hs_retention *retention,
                              struct hs_types_tally *tally,
                              struct hs_arena *arena, struct hs_arena *scratch)
{
    const struct hs_dominators *dom = hs_retention_numbers(retention);
    const struct hs_type_record *records = heap->types.at;
    struct hs_types *types = hs_arena_zeroed(arena, 1, sizeof(*types));
    size_t room = ((size_t)dom->count + 1) * sizeof(uint32_t);
    struct counting counting = {.types = types,
                                .retention = retention,
                                .tally = tally,
                                .row_of = hs_arena_alloc(scratch, room),
                                .folds = HS_COLUMN(uint64_t, scratch),
                                .rows = HS_COLUMN(struct hs_type_row, arena),
                                .arena = arena,
                                .scratch = scratch};

    types->heap = heap;
    types->headers = hs_goversion_has_headers(heap->go_version);
    hs_map_init(&types->rows_by_key, arena, 256);
    hs_map_init(&types->records_by_type, arena, heap->types.count);
    for (uint32_t i = 0; i < heap->types.count; i++)
        hs_map_add(&types->records_by_type, records[i].type, i);
    memset(counting.row_of, 0xff, room);
    hs_dominators_lay_out(&counting.index, dom, scratch);
    want_rows(&counting);
    count_objects(&counting);
    add_retained(&counting, dom);
    types->rows = counting.rows.at;
    types->count = counting.rows.count;
    for (size_t i = 0; i < types->count; i++) {
        types->typed_objects += types->rows[i].named * types->rows[i].objects;
        types->typed_bytes += types->rows[i].named * types->rows[i].bytes;
    }
    hs_arena_release(scratch, counting.index.place, room);
    hs_arena_release(scratch, counting.index.span, room);
    hs_arena_release(scratch, counting.row_of, room);
    return types;
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
