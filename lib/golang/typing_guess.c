/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_guess.c - what an object may be that nothing tells the type of.
 *
 * An object that is as large as its slot allows and has pointers where exactly
 * one type of the program has them is likely of that type.  But it may be
 * several values in a row, or of a type that the compiler did not describe: a
 * guess, never counted as typed.
 *
 * Where such a type has a string, or a slice of what has no pointers, and the
 * object has the address and length of one, the bytes there are guessed, too:
 * of a stripped program of before Go 1.22 they are most of the heap, and
 * nothing else could tell what they are.  Of other pointers nothing is said.
 *
 * Only of small slots: larger ones have their type in front of them, or before
 * Go 1.22 are too many things.
 */
#include <wchar.h>

#include "golang/golang_impl.h"
#include "model/heap_lookup.h"
#include "model/heap_walk.h"

#define MOST_BYTES 512 /* a bit for each of at most 64 words */
#define AMBIGUOUS  (HS_MOST_TYPES - 1)
#define TINY       16u /* slots that small values share */

/* Go's size classes up to MOST_BYTES (sizeclasses.go, the same since Go 1.16).
 */
static const uint16_t classes[] = {8,   16,  24,  32,  48,  64,  80,  96,  112,
                                   128, 144, 160, 176, 192, 208, 224, 240, 256,
                                   288, 320, 352, 384, 416, 448, 480, 512};

/* The slot that a value of SIZE bytes gets; 0: none of these. */
static uint64_t slot_of(uint64_t size)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (size <= classes[i])
            return classes[i];
    return 0;
}

/* One number for a slot and its pointers: of 64 words those of the mask, and
 * what is left of the slot's size goes into a multiplication. */
static uint64_t key_of(uint64_t slot, uint64_t mask)
{
    return mask * 0x9e3779b97f4a7c15u + slot;
}

/* Which words of TYPE are pointers, as bits; 0 if that is unknown. */
static uint64_t mask_of(struct golang *g, uint32_t type)
{
    size_t count;
    const uint8_t *bits = hs_golang_mask(g, type, &count);
    uint64_t mask = 0;

    for (size_t i = 0; bits && i < count && i < 64; i++)
        mask |= (uint64_t)(bits[i / 8] >> i % 8 & 1) << i;
    return mask;
}

/* May an object be of that type, as far as the runtime goes?  What no variable
 * is of (a group of a map), objects are of all the same. */
static bool is_candidate(const struct hs_go_type *type)
{
    return type->descriptor && type->has_pointers && type->size &&
           type->size <= MOST_BYTES && type->kind == HS_GO_STRUCT;
}

/* From slots and pointers to the one type that has them. */
static void find_candidates(struct golang *g, struct hs_map *types)
{
    uint32_t count = (uint32_t)g->names->types.count;
    struct hs_map first; /* key -> the first type */

    hs_map_init(&first, g->scratch, count);
    for (uint32_t i = 1; i < count; i++) {
        const struct hs_go_type *type = hs_names_type(g->names, i);
        uint64_t mask, key;

        if (!is_candidate(type) || !(mask = mask_of(g, i)))
            continue;
        key = key_of(slot_of(type->size), mask);
        if (hs_map_add(&first, key, i) != i)
            hs_map_add(types, key, AMBIGUOUS);
    }
    for (uint32_t i = 1; i < count; i++) {
        const struct hs_go_type *type = hs_names_type(g->names, i);
        uint64_t mask;

        if (is_candidate(type) && (mask = mask_of(g, i)))
            hs_map_add(types, key_of(slot_of(type->size), mask), i);
    }
}

/* The pointers of MEMORY as bits; 0: there are none, or too many words. */
static uint64_t mask_in(const struct golang *g, const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t offset, mask = 0;

    while (hs_fields_next(&fields, &offset)) {
        if (offset % g->pointer_size || offset / g->pointer_size >= 64)
            return 0;
        mask |= (uint64_t)1 << offset / g->pointer_size;
    }
    return mask;
}

/* The type of what FIELD's strings or slices are of, if that has no pointers,
 * and how it is shaped; else HS_NO_TYPE. */
static uint32_t plain_elem(const struct golang *g,
                           const struct hs_go_field *field,
                           enum hs_shape *shape, uint64_t *size)
{
    const struct hs_go_type *its = hs_names_type(g->names, field->type);
    const struct hs_go_type *elem = hs_names_type(g->names, its->elem);

    *shape = HS_SHAPE_STRING;
    *size = 1;
    if (its->kind == HS_GO_STRING)
        return field->type;
    *shape = HS_SHAPE_MANY;
    *size = elem->size;
    return its->kind == HS_GO_SLICE && !elem->has_pointers && elem->size
               ? its->elem
               : HS_NO_TYPE;
}

/* Guesses that COUNT values of SIZE bytes are at ADDRESS; small ones may share
 * their slot with others. */
static void guess_plain(struct golang *g, uint64_t address, uint64_t count,
                        uint64_t size, uint32_t typing)
{
    const struct hs_heap_store *store = g->heap->store;
    uint32_t slot = hs_heap_slot_at(store, address), object;
    uint64_t room;

    if (slot == HS_NO_SLOT || store->pages[store->groups[slot / 64].page].scan)
        return;
    object = hs_heap_slot_object(store, slot);
    room = hs_heap_size(g->heap, object);
    if (!g->names->typings[object] && count > 0 && count <= room / size &&
        (room > TINY || count * size == room) &&
        hs_heap_address(g->heap, object) == address)
        g->names->typings[object] = typing;
}

/* Guesses what the strings and slices of the object with MEMORY are of, which
 * is likely of TYPE. */
static void follow(struct golang *g, const struct hs_memory *memory,
                   uint32_t type)
{
    const struct hs_go_type *its = hs_names_type(g->names, type);
    unsigned word = g->pointer_size;

    for (uint32_t i = 0; i < its->field_count; i++) {
        const struct hs_go_field *field =
            (const struct hs_go_field *)g->names->fields.at + its->first_field +
            i;
        enum hs_shape shape;
        uint64_t size, at = field->offset;
        uint32_t elem = plain_elem(g, field, &shape, &size);
        unsigned words = shape == HS_SHAPE_STRING ? 2 : 3;

        if (elem == HS_NO_TYPE || memory->size < words * word ||
            at > memory->size - words * word)
            continue;
        guess_plain(
            g, hs_heap_word(g->heap, memory->bytes + at),
            hs_heap_word(g->heap, memory->bytes + at + (words - 1) * word),
            size, hs_typing(elem, shape, HS_EVIDENCE_GUESS, false));
    }
}

/* As good as all pages have none, and are searched in the C library's fastest
 * way to find a 32-bit number. */
static bool has_untyped(const struct golang *g, size_t index)
{
    const struct hs_heap_store *store = g->heap->store;
    const struct hs_page *page = &store->pages[index];
    const struct hs_page_place *place = &store->places[index];
    const uint32_t *typings = g->names->typings + place->rank;

    _Static_assert(sizeof(wchar_t) == sizeof(*typings), "see wmemchr");
    return page->kind == HS_PAGE_SLOTS && page->scan &&
           page->size <= MOST_BYTES &&
           wmemchr((const wchar_t *)typings, 0,
                   hs_heap_page_end(store, place) - place->rank);
}

static void guess_page(struct golang *g, size_t page,
                       const struct hs_map *types)
{
    uint32_t *typings = g->names->typings;
    const struct hs_memory *memory;
    struct hs_heap_walk walk;

    hs_heap_walk_page(&walk, g->heap, page);
    while ((memory = hs_heap_walk_next(&walk))) {
        uint64_t mask;
        uint32_t type;

        if (typings[walk.object] || !(mask = mask_in(g, memory)))
            continue;
        type = hs_map_lookup(types, key_of(memory->size, mask));
        if (type == HS_MAP_NONE || type == AMBIGUOUS)
            continue;
        typings[walk.object] =
            hs_typing(type, HS_SHAPE_ONE, HS_EVIDENCE_GUESS, false);
        follow(g, memory, type);
    }
}

void hs_golang_guess(struct golang *g)
{
    struct hs_map types;

    if (!g->names->typings || g->pointer_size * 64 < MOST_BYTES / 2)
        return;
    hs_map_init(&types, g->scratch, 256);
    find_candidates(g, &types);
    for (size_t page = 0; page < g->heap->store->page_count; page++)
        if (has_untyped(g, page))
            guess_page(g, page, &types);
}
