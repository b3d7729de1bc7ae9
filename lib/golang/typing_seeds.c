/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_seeds.c - where types are known to begin with.
 *
 * Headers: from Go 1.22 on, an object with pointers in a slot of more than 512
 * bytes (128 in a program of 32 bits) and up to 32 KiB starts with the address
 * of its type's descriptor (malloc.go, mallocgcSmallScanHeader).  For the
 * array of a slice that is the element's type.  The word is 0 while such an
 * object is being made.
 */
#include "golang/typing_impl.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "model/heap_walk.h"

/*
 * Headers.
 */

/* May objects of the page at INDEX have headers? */
static bool may_have_headers(const struct typing *t, size_t index)
{
    const struct hs_page *page = &t->store->pages[index];

    return page->kind == HS_PAGE_LIST ||
           (page->kind == HS_PAGE_SLOTS && page->scan &&
            page->size > t->small && page->size <= 32768);
}

static bool has_header(const struct typing *t, const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t first;

    return memory->size > t->small && memory->size <= 32768 &&
           hs_fields_next(&fields, &first) && first >= 8;
}

/* Has the system make the pages of the claims FROM .. TO-1.  Claims come in no
 * order: threads would meet in new pages, read them before they write them, and
 * each have them cleared. */
static void touch_claims(struct typing *t, uint32_t from, uint32_t to)
{
    for (uint64_t i = from; i < to; i += 4096 / sizeof(uint64_t))
        t->claims[i] = 0;
}

static void note_header(struct typing_worker *w, const struct hs_memory *memory)
{
    uint64_t descriptor = typing_at(w->typing, memory, 0);

    if (!descriptor || !has_header(w->typing, memory))
        return;
    typing_known(w, descriptor, MISS_TYPE, &(uint32_t){0});
    hs_column_push(&w->headers,
                   &(struct typing_header){.descriptor = descriptor,
                                           .address = memory->address});
}

static void survey_part(void *context, unsigned part)
{
    struct typing *t = context;
    size_t from = hs_parallel_share(t->store->page_count, part, t->threads);
    size_t to = hs_parallel_share(t->store->page_count, part + 1, t->threads);
    const struct hs_memory *memory;
    struct hs_heap_walk walk;

    touch_claims(t, (uint32_t)hs_parallel_share(t->count, part, t->threads),
                 (uint32_t)hs_parallel_share(t->count, part + 1, t->threads));
    for (size_t page = from; t->headers && page < to; page++) {
        if (!may_have_headers(t, page))
            continue;
        hs_heap_walk_page(&walk, t->heap, page);
        while ((memory = hs_heap_walk_next(&walk)))
            note_header(&t->workers[part], memory);
    }
}

/* One value or several: a slice's array says only what its elements are. */
static void claim_header(struct typing_worker *w,
                         const struct typing_header *header)
{
    struct typing *t = w->typing;
    struct typing_place place;
    const struct typing_type *its;
    enum hs_shape shape;
    uint32_t type, map;
    uint64_t room;

    if (!typing_known(w, header->descriptor, MISS_TYPE, &type) ||
        !typing_locate(t, header->address, &place) || place.header == 0)
        return;
    its = typing_type(t, type);
    if (its->size == 0 || !its->has_pointers)
        return;
    room = (place.size - 8) / its->size;
    if (room == 0)
        return;
    if (its->slot == place.size)
        room = 1;
    shape = room > 1 ? HS_SHAPE_MANY : HS_SHAPE_ONE;
    /* Groups are of no type that Go has a name for: say whose they are. */
    map = hs_map_lookup(&t->map_of, type);
    if (map != HS_MAP_NONE) {
        type = map;
        shape = HS_SHAPE_MAP_GROUPS;
    }
    typing_raise(w, &place, hs_typing(type, shape, HS_EVIDENCE_HEADER, true),
                 room * its->size);
}

static void survey(struct typing *t)
{
    hs_parallel_run(t->threads, survey_part, t);
    typing_resolve(t);
    for (unsigned i = 0; i < t->threads; i++) {
        struct hs_column *headers = &t->workers[i].headers;

        for (size_t k = 0; k < headers->count; k++)
            claim_header(&t->workers[0],
                         (const struct typing_header *)headers->at + k);
        *headers = HS_COLUMN(struct typing_header, headers->arena);
    }
}

/*
 * Memory that is no object.
 */

static int by_address(const void *a, const void *b)
{
    const struct hs_memory *x = *(const struct hs_memory *const *)a;
    const struct hs_memory *y = *(const struct hs_memory *const *)b;

    return (x->address > y->address) - (x->address < y->address);
}

static void find_stretches(struct typing *t)
{
    const struct hs_segment *segments = t->heap->segments.at;
    const struct hs_frame *frames = t->heap->frames.at;

    for (size_t i = 0; i < t->heap->segments.count; i++) {
        const struct hs_memory *memory = &segments[i].memory;

        hs_column_push(&t->stretches, &memory);
    }
    for (size_t i = 0; i < t->heap->frames.count; i++) {
        const struct hs_memory *memory = &frames[i].memory;

        if (memory->size)
            hs_column_push(&t->stretches, &memory);
    }
    if (t->stretches.count)
        qsort(t->stretches.at, t->stretches.count, sizeof(void *), by_address);
}

const struct hs_memory *typing_stretch(const struct typing *t, uint64_t address)
{
    const struct hs_memory *const *all = t->stretches.at;
    size_t low = 0, high = t->stretches.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (all[middle]->address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low && address - all[low - 1]->address < all[low - 1]->size
               ? all[low - 1]
               : NULL;
}

/*
 * Variables.
 */

static void seed_globals(struct typing *t)
{
    const struct hs_global *globals = t->g->names->globals.at;

    for (size_t i = 0; i < t->g->names->globals.count; i++) {
        const struct hs_memory *memory = typing_stretch(t, globals[i].address);
        uint64_t size = hs_names_type(t->g->names, globals[i].type)->size;

        if (memory && globals[i].type != HS_NO_TYPE)
            typing_scan(
                &t->workers[0], memory, globals[i].address - memory->address,
                hs_typing(globals[i].type, HS_SHAPE_ONE, HS_EVIDENCE_REACHED,
                          false),
                globals[i].several && size ? globals[i].size / size : 1);
    }
}

/* Which words of MEMORY the dump lists, into LISTED, which has room for many
 * or is empty; of other words nothing is said. */
void typing_list(const struct typing *t, const struct hs_memory *memory,
                 struct hs_bitset *listed)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t bits = memory->size / t->word + 1, offset;

    if (bits > listed->bits)
        *listed = hs_bitset_new(2 * bits, t->arena);
    else
        memset(listed->words, 0, hs_bitset_words(bits) * 8);
    while (hs_fields_next(&fields, &offset))
        if (offset < memory->size)
            hs_bitset_add(listed, offset / t->word);
}

/* LOCAL, in MEMORY, points to several values.  If nothing says how many, there
 * is one: of an object that starts there, more cannot be said either. */
static void seed_values(struct typing_worker *w, const struct hs_memory *memory,
                        const struct hs_local *local)
{
    const struct typing *t = w->typing;
    uint64_t value = typing_at(t, memory, local->offset);
    bool text = hs_names_type(t->g->names, local->values)->kind == HS_GO_STRING;
    uint64_t count = local->count_at == HS_NO_COUNT
                         ? 1
                         : typing_at(t, memory, local->count_at);

    if (value && typing_alive(w, local->offset))
        typing_ask(w, value, count, local->values,
                   text ? HS_SHAPE_STRING : HS_SHAPE_MANY, HS_EVIDENCE_REACHED);
}

static void seed_local(struct typing_worker *w, const struct hs_memory *memory,
                       const struct hs_local *local)
{
    if (local->values != HS_NO_TYPE)
        seed_values(w, memory, local);
    else
        typing_scan(
            w, memory, local->offset,
            hs_typing(local->type, HS_SHAPE_ONE, HS_EVIDENCE_REACHED, false),
            1);
}

static void seed_locals(struct typing *t)
{
    struct typing_worker *w = &t->workers[0];
    const struct hs_local *locals = t->g->names->locals.at;
    const struct hs_frame *frames = t->heap->frames.at;
    uint32_t listed = UINT32_MAX; /* frame */

    for (size_t i = 0; i < t->g->names->locals.count; i++) {
        const struct hs_local *local = &locals[i];

        if (local->frame >= t->heap->frames.count ||
            (local->type == HS_NO_TYPE && local->values == HS_NO_TYPE))
            continue;
        if (local->frame != listed)
            typing_list(t, &frames[local->frame].memory, &w->listed);
        listed = local->frame;
        seed_local(w, &frames[local->frame].memory, local);
    }
    w->listed = (struct hs_bitset){0};
}

/*
 * What the runtime lists.
 */

static void seed_pointee(struct typing_worker *w, uint64_t address,
                         uint64_t descriptor, enum hs_evidence evidence)
{
    uint32_t type;

    if (address && descriptor && typing_known(w, descriptor, MISS_TYPE, &type))
        typing_claim_one(w, address,
                         hs_names_type(w->typing->g->names, type)->elem,
                         evidence);
}

static void seed_records(struct typing *t)
{
    struct typing_worker *w = &t->workers[0];
    const struct hs_finalizer *finalizers = t->heap->finalizers.at;
    const struct hs_goroutine *goroutines = t->heap->goroutines.at;
    const struct hs_defer *defers = t->heap->defers.at;
    const struct hs_panic *panics = t->heap->panics.at;
    uint32_t type;

    for (size_t i = 0; i < t->heap->finalizers.count; i++) {
        seed_pointee(w, finalizers[i].object, finalizers[i].object_type,
                     HS_EVIDENCE_FINALIZER);
        typing_claim_closure(w, finalizers[i].closure, HS_NO_TYPE);
    }
    for (size_t i = 0; i < t->heap->goroutines.count; i++) {
        typing_claim_closure(w, goroutines[i].context, HS_NO_TYPE);
        typing_claim_one(w, goroutines[i].g, t->g_type, HS_EVIDENCE_FINALIZER);
    }
    for (size_t i = 0; i < t->heap->defers.count; i++)
        typing_claim_closure(w, defers[i].closure, HS_NO_TYPE);
    for (size_t i = 0; i < t->heap->panics.count; i++)
        if (panics[i].argument &&
            typing_known(w, panics[i].argument_type, MISS_TYPE, &type))
            typing_follow_value(w, type, panics[i].argument);
}

/* The types of itabs that the dump tells of: some were made while the program
 * ran, and the executable has only the others. */
static void know_itabs(struct typing *t)
{
    const struct hs_itab *itabs = t->heap->itabs.at;

    for (size_t i = 0; i < t->heap->itabs.count; i++)
        hs_map_add(&t->known[MISS_ITAB], itabs[i].itab,
                   hs_golang_type_at(t->g, itabs[i].type));
    typing_plan(t);
}

void typing_seed(struct typing *t)
{
    know_itabs(t);
    find_stretches(t);
    survey(t);
    /* What is missed in a first round is known in the next. */
    do {
        typing_forget(t);
        seed_globals(t);
        seed_locals(t);
        seed_records(t);
        typing_seed_receivers(t);
        typing_answer(&t->workers[0]);
    } while (typing_resolve(t));
}
