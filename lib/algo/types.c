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
 * of its type that counted.  Objects without pointers dominate nothing, so
 * those that are folded (number 0) retain themselves.
 */
#include "algo/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/goversion.h"
#include "model/heap_lookup.h"

#define HEADER_BYTES   8
#define HEADER_LARGEST 32768
#define KEY_SLOT       ((uint64_t)1 << 63)
#define KEY_POINTERS   ((uint64_t)1 << 62) /* of a slot */
#define KEY_SEVERAL    ((uint64_t)1 << 62) /* of a descriptor */

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

    if (!page_has_headers(types, p))
        return slot_key(hs_heap_size(types->heap, object), p->scan);
    memory = hs_heap_memory(types->heap, object);
    return header_key(types, &memory);
}

uint32_t hs_types_of(const struct hs_types *types, uint32_t object)
{
    const struct hs_heap_store *store = types->heap->store;
    size_t page = store->groups[hs_heap_slot_of(store, object) / 64].page;

    return hs_map_lookup(&types->rows_by_key, key_of(types, page, object));
}

void hs_types_walk_init(struct hs_types_walk *walk,
                        const struct hs_types *types)
{
    *walk = (struct hs_types_walk){.types = types, .page = SIZE_MAX};
}

/* Goes to the next page with objects; false at the end. */
static bool next_page(struct hs_types_walk *walk)
{
    const struct hs_heap_store *store = walk->types->heap->store;

    while (++walk->page < store->page_count) {
        const struct hs_page *page = &store->pages[walk->page];

        walk->next = store->places[walk->page].rank;
        walk->end = walk->page + 1 < store->page_count
                        ? store->places[walk->page + 1].rank
                        : store->count;
        if (walk->next == walk->end)
            continue;
        walk->headers = page_has_headers(walk->types, page);
        walk->size = page->size;
        walk->key = slot_key(page->size, page->scan);
        if (walk->headers)
            hs_heap_walk_init(&walk->contents, walk->types->heap, walk->next,
                              walk->end);
        return true;
    }
    return false;
}

/* The next object and its key. */
static bool step(struct hs_types_walk *walk)
{
    const struct hs_types *types = walk->types;
    const struct hs_memory *memory;

    if (walk->next == walk->end && !next_page(walk))
        return false;
    walk->object = walk->next++;
    if (walk->headers) {
        memory = hs_heap_walk_next(&walk->contents);
        walk->key =
            memory ? header_key(types, memory) : slot_key(walk->size, true);
    } else if (types->heap->store->pages[walk->page].kind == HS_PAGE_LIST) {
        walk->size = hs_heap_size(types->heap, walk->object);
        walk->key = key_of(types, walk->page, walk->object);
    }
    return true;
}

bool hs_types_walk_next(struct hs_types_walk *walk)
{
    if (!step(walk))
        return false;
    if (walk->key != walk->last_key) {
        walk->row = hs_map_lookup(&walk->types->rows_by_key, walk->key);
        walk->last_key = walk->key;
    }
    return true;
}

/* Makes the rows and counts their objects; ROW_OF gets the row of each number
 * that is an object, UINT32_MAX elsewhere. */
static void count_objects(struct hs_types *types,
                          const struct hs_retention *retention,
                          uint32_t *row_of, struct hs_arena *arena)
{
    struct hs_column rows = HS_COLUMN(struct hs_type_row, arena);
    struct hs_types_walk walk;

    hs_types_walk_init(&walk, types);
    while (step(&walk)) {
        uint32_t number = hs_retention_number(retention, walk.object);
        struct hs_type_row *row;

        if (walk.key != walk.last_key) {
            walk.row =
                hs_map_add(&types->rows_by_key, walk.key, (uint32_t)rows.count);
            walk.last_key = walk.key;
            if (walk.row == rows.count) {
                struct hs_type_row fresh = make_row(types, walk.key, arena);

                hs_column_push(&rows, &fresh);
            }
        }
        if (number == 0 && !hs_retention_reached(retention, walk.object))
            continue;
        row = (struct hs_type_row *)rows.at + walk.row;
        row->objects++;
        row->bytes += walk.size;
        row_of[number] = walk.row;
        if (number == 0)
            row->retained_bytes += walk.size;
    }
    types->rows = rows.at;
    types->count = rows.count;
}

/* Walks the dominator tree in preorder. */
static void add_retained(struct hs_types *types, struct hs_type_row *rows,
                         const struct hs_dominators *dom,
                         const uint32_t *row_of, struct hs_arena *scratch)
{
    struct hs_dominators_index index;
    size_t room = (size_t)dom->count + 1;
    uint32_t *at_place, *end;

    hs_dominators_lay_out(&index, dom, scratch);
    at_place = hs_arena_alloc(scratch, room * sizeof(*at_place));
    end = hs_arena_zeroed(scratch, types->count + 1, sizeof(*end));
    for (uint32_t v = 1; v <= dom->count; v++)
        at_place[index.place[v]] = v;
    for (uint32_t place = 0; place < dom->count; place++) {
        uint32_t v = at_place[place], row = row_of[v];

        if (row == UINT32_MAX || place < end[row])
            continue;
        rows[row].retained_bytes += dom->retained[v].bytes;
        end[row] = place + index.span[v];
    }
    hs_arena_release(scratch, at_place, room * sizeof(*at_place));
    hs_arena_release(scratch, index.place, room * sizeof(*index.place));
    hs_arena_release(scratch, index.span, room * sizeof(*index.span));
}

struct hs_types *hs_types_new(const struct hs_heap *heap,
                              const struct hs_retention *retention,
                              struct hs_arena *arena, struct hs_arena *scratch)
{
    const struct hs_dominators *dom = hs_retention_numbers(retention);
    const struct hs_type_record *records = heap->types.at;
    struct hs_types *types = hs_arena_zeroed(arena, 1, sizeof(*types));
    size_t room = ((size_t)dom->count + 1) * sizeof(uint32_t);
    uint32_t *row_of = hs_arena_alloc(scratch, room);
    struct hs_type_row *rows;

    types->heap = heap;
    types->headers = hs_goversion_has_headers(heap->go_version);
    hs_map_init(&types->rows_by_key, arena, 256);
    hs_map_init(&types->records_by_type, arena, heap->types.count);
    for (uint32_t i = 0; i < heap->types.count; i++)
        hs_map_add(&types->records_by_type, records[i].type, i);
    memset(row_of, 0xff, room);
    count_objects(types, retention, row_of, arena);
    rows = hs_arena_zeroed(arena, types->count + 1, sizeof(*rows));
    memcpy(rows, types->rows, types->count * sizeof(*rows));
    add_retained(types, rows, dom, row_of, scratch);
    types->rows = rows;
    for (size_t i = 0; i < types->count; i++) {
        types->typed_objects += rows[i].named ? rows[i].objects : 0;
        types->typed_bytes += rows[i].named ? rows[i].bytes : 0;
    }
    hs_arena_release(scratch, row_of, room);
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
    memcpy(rows, types->rows, types->count * sizeof(*rows));
    for (uint32_t i = 0; i < types->count; i++)
        if (rows[i].objects)
            order[(*count)++] = i;
    qsort_r(order, *count, sizeof(*order), by_retained, rows);
    return order;
}
