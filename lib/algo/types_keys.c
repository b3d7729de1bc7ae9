/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_keys.c - the program's types, type descriptors in malloc headers, and
 * slots for the rest.
 *
 * Of descriptors that only a header tells of, a slot that has room for its type
 * twice is an array of it, and has a key of its own.
 */
#include <inttypes.h>
#include <string.h>

#include "algo/types_impl.h"
#include "model/heap_lookup.h"

#define HEADER_BYTES   8
#define HEADER_LARGEST 32768

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

uint64_t hs_types_slot_key(uint64_t size, bool pointers)
{
    return KEY_SLOT | (pointers ? KEY_POINTERS : 0) | size;
}

/* The key of an object with a header: MEMORY is its slot. */
static uint64_t header_key(const struct hs_types *types,
                           const struct hs_memory *memory)
{
    uint64_t type = hs_heap_word(types->heap, memory->bytes);
    const struct hs_type_record *record;

    if (type == 0 || type >= KEY_TYPED)
        return hs_types_slot_key(memory->size, true);
    record = record_of(types, type);
    if (has_name(record) && record->size &&
        (memory->size - HEADER_BYTES) / record->size >= 2)
        return type | KEY_SEVERAL;
    return type;
}

uint64_t hs_types_typed_key(const struct hs_types *types, uint32_t object)
{
    uint32_t typing = hs_names_typing(types->names, object);
    uint32_t type = hs_typing_type(typing);
    bool guess = hs_typing_evidence(typing) <= HS_EVIDENCE_GUESS;

    if (type >= types->type_count)
        type = HS_NO_TYPE;
    if (types->package_of)
        return KEY_TYPED | types->package_of[guess ? HS_NO_TYPE : type];
    if (type == HS_NO_TYPE)
        return 0;
    return KEY_TYPED | type | (uint64_t)hs_typing_shape(typing) << 24 |
           (guess ? KEY_GUESS : 0);
}

/* May an object of that type and shape refer to others? */
static bool may_refer(const struct hs_go_type *type, enum hs_shape shape)
{
    return shape != HS_SHAPE_STRING &&
           ((shape != HS_SHAPE_ONE && shape != HS_SHAPE_MANY) ||
            type->has_pointers);
}

static struct hs_type_row make_typed_row(const struct hs_types *types,
                                         uint64_t key, struct hs_arena *arena)
{
    uint32_t typing = (uint32_t)(key & (KEY_GUESS - 1));
    const struct hs_go_type *type =
        hs_names_type(types->names, hs_typing_type(typing));
    struct hs_type_row row = {
        .name = hs_typing_name(types->names, typing, arena),
        .descriptor = type->descriptor,
        .pointers = may_refer(type, hs_typing_shape(typing)),
        .named = !(key & KEY_GUESS)};

    if (key & KEY_GUESS)
        row.name = hs_str_of(hs_arena_printf(
            arena, "%.*s (a guess)", (int)row.name.size, row.name.text));
    return row;
}

static struct hs_type_row make_package_row(const struct hs_types *types,
                                           uint64_t key)
{
    return (struct hs_type_row){.name = types->packages[key & ~KEY_TYPED],
                                .pointers = true,
                                .named = true};
}

struct hs_type_row hs_types_make_row(const struct hs_types *types, uint64_t key,
                                     struct hs_arena *arena)
{
    struct hs_type_row row = {.pointers = true};
    const struct hs_type_record *record;
    const char *name;

    if (key & KEY_TYPED && !(key & KEY_SLOT))
        return types->package_of ? make_package_row(types, key)
                                 : make_typed_row(types, key, arena);
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

bool hs_types_slots_tell(const struct hs_types *types,
                         const struct hs_page *page)
{
    return page->kind == HS_PAGE_SLOTS && !page_has_headers(types, page);
}

uint64_t hs_types_key_in(const struct hs_types *types,
                         const struct hs_page *page,
                         const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t offset;

    if (page->kind == HS_PAGE_SLOTS)
        return header_key(types, memory);
    /* A list says of all its objects that one of them has pointers. */
    return hs_types_slot_key(memory->size, hs_fields_next(&fields, &offset));
}

static uint64_t key_of(const struct hs_types *types, size_t page,
                       uint32_t object)
{
    const struct hs_page *p = &types->heap->store->pages[page];
    struct hs_memory memory;
    uint64_t typed = hs_types_typed_key(types, object);

    if (typed)
        return typed;
    if (hs_types_slots_tell(types, p))
        return hs_types_slot_key(hs_heap_size(types->heap, object), p->scan);
    memory = hs_heap_memory(types->heap, object);
    return hs_types_key_in(types, p, &memory);
}

uint32_t hs_types_find_row(const struct hs_types *types, uint64_t key,
                           uint64_t size)
{
    uint32_t row = hs_map_lookup(&types->rows_by_key, key);

    if (row == HS_MAP_NONE)
        row = hs_map_lookup(&types->rows_by_key, hs_types_slot_key(size, true));
    return row;
}

uint32_t hs_types_of(const struct hs_types *types, uint32_t object)
{
    const struct hs_heap_store *store = types->heap->store;
    size_t page = store->groups[hs_heap_slot_of(store, object) / 64].page;

    return hs_types_find_row(types, key_of(types, page, object),
                             hs_heap_size(types->heap, object));
}

static void enter_page(struct types_keys *keys)
{
    const struct hs_heap *heap = keys->types->heap;
    const struct hs_page *page = &heap->store->pages[keys->at.page];

    keys->page = keys->at.page;
    keys->slots_tell = hs_types_slots_tell(keys->types, page);
    keys->size = page->size;
    keys->page_key = hs_types_slot_key(page->size, page->scan);
    if (!keys->slots_tell)
        hs_heap_walk_page(&keys->contents, heap, keys->page);
}

bool hs_types_next_key(struct types_keys *keys)
{
    const struct hs_memory *memory = NULL;
    uint64_t typed;

    if (!hs_retention_walk_next(&keys->at))
        return false;
    if (keys->at.page != keys->page)
        enter_page(keys);
    typed = hs_types_typed_key(keys->types, keys->at.object);
    if (keys->slots_tell) {
        keys->key = typed ? typed : keys->page_key;
        return true;
    }
    memory = hs_heap_walk_next(&keys->contents);
    if (!memory)
        return false;
    keys->key =
        typed ? typed
              : hs_types_key_in(keys->types,
                                &keys->types->heap->store->pages[keys->page],
                                memory);
    keys->size = memory->size;
    return true;
}
