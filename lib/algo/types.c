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
    unsigned pointer = types->heap->pointer_size;

    return types->headers && page->scan && page->kind == HS_PAGE_SLOTS &&
           page->size > 8 * pointer * pointer && page->size <= HEADER_LARGEST;
}

static const struct hs_type_record *record_of(const struct hs_types *types,
                                              uint64_t descriptor)
{
    uint32_t found = hs_map_lookup(&types->records_by_type, descriptor);

    if (found == HS_MAP_NONE)
        return NULL;
    return (const struct hs_type_record *)types->heap->types.at + found;
}

/* Go writes the names of all pointer types as "package.": those are none. */
static bool has_name(const struct hs_type_record *record)
{
    return record && record->name.size &&
           record->name.text[record->name.size - 1] != '.';
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

static uint64_t key_of(const struct hs_types *types, size_t page,
                       uint32_t object)
{
    const struct hs_page *p = &types->heap->store->pages[page];
    struct hs_memory memory;
    struct hs_fields fields;
    uint64_t offset;

    if (p->kind == HS_PAGE_SLOTS && !page_has_headers(types, p))
        return slot_key(hs_heap_size(types->heap, object), p->scan);
    memory = hs_heap_memory(types->heap, object);
    if (p->kind == HS_PAGE_SLOTS)
        return header_key(types, &memory);
    /* A list says of all its objects that one of them has pointers. */
    fields = hs_fields_of(&memory);
    return slot_key(memory.size, hs_fields_next(&fields, &offset));
}

uint32_t hs_types_of(const struct hs_types *types, uint32_t object)
{
    const struct hs_heap_store *store = types->heap->store;
    size_t page = store->groups[hs_heap_slot_of(store, object) / 64].page;
    uint32_t row =
        hs_map_lookup(&types->rows_by_key, key_of(types, page, object));

    if (row != HS_MAP_NONE)
        return row;
    return hs_map_lookup(&types->rows_by_key,
                         slot_key(hs_heap_size(types->heap, object), true));
}

/* All objects in order, each with its key. */
struct keys {
    const struct hs_types *types;
    struct hs_retention_walk at;
    struct hs_heap_walk contents; /* of a page whose objects have headers */
    uint32_t page;
    bool headers, list; /* of the page */
    uint64_t key, size;
};

static void enter_page(struct keys *keys)
{
    const struct hs_heap *heap = keys->types->heap;
    const struct hs_page *page = &heap->store->pages[keys->at.page];

    keys->page = keys->at.page;
    keys->list = page->kind == HS_PAGE_LIST;
    keys->headers = page_has_headers(keys->types, page);
    keys->size = page->size;
    keys->key = slot_key(page->size, page->scan);
    if (keys->headers)
        hs_heap_walk_page(&keys->contents, heap, keys->page);
}

static bool next_key(struct keys *keys)
{
    const struct hs_memory *memory;

    if (!hs_retention_walk_next(&keys->at))
        return false;
    if (keys->at.page != keys->page)
        enter_page(keys);
    if (keys->headers) {
        memory = hs_heap_walk_next(&keys->contents);
        keys->key = memory ? header_key(keys->types, memory)
                           : slot_key(keys->size, true);
    } else if (keys->list) {
        keys->size = hs_heap_slot_size(keys->types->heap->store, keys->at.slot);
        keys->key = key_of(keys->types, keys->page, keys->at.object);
    }
    return true;
}

struct counting {
    struct hs_types *types;
    struct hs_types_tally *tally;
    struct hs_dominators_index index;
    uint32_t *row_of;       /* by number: the row, UINT32_MAX for a holder */
    struct hs_column folds; /* uint64_t: see note_fold */
    struct hs_column rows;  /* struct hs_type_row */
    struct hs_arena *arena, *scratch;
};

/* A folded object of a kind with pointers: the place in the dominator tree,
 * 19 bits of row, and 13 bits of size if the row's objects have several. */
static void note_fold(struct counting *counting, uint32_t number, uint32_t row,
                      uint64_t size)
{
    const struct hs_type_row *rows = counting->rows.at;
    uint64_t fold = (uint64_t)counting->index.place[number] << 32 |
                    row << FOLD_SIZE_BITS | (rows[row].slot ? 0 : size / 8);

    hs_column_push(&counting->folds, &fold);
}

/* The row of KEY, an object of SIZE bytes, made if it is the first of its kind.
 * A damaged dump may have as many descriptors as objects: then slots do. */
static uint32_t row_of_key(struct counting *counting, uint64_t key,
                           uint64_t size)
{
    struct hs_types_tally *tally = counting->tally;
    struct hs_map *map = &counting->types->rows_by_key;
    uint32_t row = hs_map_lookup(map, key);
    struct hs_type_row fresh;

    if (row != HS_MAP_NONE)
        return row;
    if (!(key & KEY_SLOT) && counting->rows.count >= ROWS_DESCRIBED) {
        key = slot_key(size, true);
        row = hs_map_lookup(map, key);
        if (row != HS_MAP_NONE)
            return row;
    }
    row = hs_map_add(map, key, (uint32_t)counting->rows.count);
    fresh = make_row(counting->types, key, counting->arena);
    hs_column_push(&counting->rows, &fresh);
    if (tally)
        memset(hs_column_extend(&tally->cells, tally->labels), 0,
               tally->labels * sizeof(struct hs_kind_count));
    return row;
}

static void count_label(struct hs_types_tally *tally, uint32_t row,
                        uint16_t label, uint64_t size)
{
    struct hs_kind_count *cell = (struct hs_kind_count *)tally->cells.at +
                                 (size_t)row * tally->labels + label - 1;

    cell->objects++;
    cell->bytes += size;
}

/* Makes the rows and counts their objects. */
static void count_objects(struct counting *counting,
                          const struct hs_retention *retention)
{
    struct hs_types_tally *tally = counting->tally;
    struct keys keys = {.types = counting->types, .page = UINT32_MAX};
    /* A dump that ends before its roots still tells what there is. */
    bool all = hs_retention_totals(retention).reachable_objects == 0;
    uint64_t last_key = 0;
    uint32_t row = 0;

    hs_retention_walk_init(&keys.at, retention);
    keys.at.wanted[0] = counting->row_of;
    keys.at.wanted_size[0] = sizeof(*counting->row_of);
    keys.at.wanted[1] = counting->index.place;
    keys.at.wanted_size[1] = sizeof(*counting->index.place);
    if (tally) {
        keys.at.wanted[2] = tally->label;
        keys.at.wanted_size[2] = sizeof(*tally->label);
    }
    while (next_key(&keys)) {
        uint32_t number = keys.at.number;
        struct hs_type_row *counts;

        if (keys.key != last_key) {
            row = row_of_key(counting, keys.key, keys.size);
            last_key = keys.key;
        }
        if (number == 0 && !all)
            continue;
        counts = (struct hs_type_row *)counting->rows.at + row;
        counts->objects++;
        counts->bytes += keys.size;
        if (number == 0)
            continue;
        if (!keys.at.folded)
            counting->row_of[number] = row;
        else if (counts->pointers && row < FOLD_ROWS)
            note_fold(counting, number, row, keys.size);
        else
            counts->retained_bytes += keys.size;
        if (tally && tally->label[number])
            count_label(tally, row, tally->label[number], keys.size);
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
    count_objects(&counting, retention);
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
