/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_signs.c - signs of a type in what nothing typed points to.
 *
 * Without debug information no variable has a type, and what only variables
 * point to would have none.  But some words can hardly be anything else:
 *
 *   - an interface: a word that the dump does not list as a pointer, but is
 *     the address of a type's descriptor or of an itab, and the next word is
 *     listed;
 *   - a closure: an object whose first word, not listed, is where a function
 *     starts;
 *   - a chan: its header has the descriptor of its elements, and their size
 *     beside it;
 *   - a map: see typing_maps.c.
 */
#include "golang/typing_impl.h"

#include "base/sort.h"
#include "model/heap_walk.h"

static bool in_span(const struct golang_span *span, uint64_t address)
{
    return address - span->start < span->end - span->start;
}

/* An interface with its type word at OFFSET and a pointer behind it? */
static void try_interface(struct typing_worker *w,
                          const struct hs_memory *memory, uint64_t offset)
{
    const struct typing *t = w->typing;
    uint64_t word = typing_at(t, memory, offset);
    enum typing_miss_kind kind = MISS_ITAB;
    uint32_t type;

    /* Where the linker puts all that is only read into one section, that is the
     * span of the types, and itabs are in it, too. */
    if (hs_map_lookup(&t->known[MISS_ITAB], word) == HS_MAP_NONE) {
        if (!in_span(&t->g->module->types, word) || word % t->word != 0)
            return;
        kind = MISS_TYPE;
    }
    if (typing_known(w, word, kind, &type) && type != HS_NO_TYPE)
        typing_follow_value(w, type, typing_at(t, memory, offset + t->word));
}

/* All interfaces in MEMORY. */
static void scan_interfaces(struct typing_worker *w,
                            const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t word = w->typing->word, last = UINT64_MAX, offset;

    while (hs_fields_next(&fields, &offset)) {
        if (offset >= word && offset % word == 0 && last != offset - word)
            try_interface(w, memory, offset - word);
        last = offset;
    }
}

/* Where a chan keeps the type of its elements. */
static uint64_t chan_type_offset(const struct typing *t)
{
    uint64_t at = 3 * (uint64_t)t->word + 8; /* behind elemsize, closed */

    return t->minor >= 23 ? at + t->word : at; /* timer */
}

/* Notes that the object of MEMORY is a chan, if it is. */
static void try_chan(struct typing_worker *w, uint32_t object,
                     const struct hs_memory *memory)
{
    const struct typing *t = w->typing;
    uint64_t descriptor = typing_at(t, memory, chan_type_offset(t));
    uint64_t count = typing_at(t, memory, 0),
             room = typing_at(t, memory, t->word);
    uint64_t buffer = typing_at(t, memory, 2 * t->word);
    const uint8_t *at;
    uint32_t elem;
    uint16_t size;

    if (memory->size < 12 * t->word || count > room ||
        !in_span(&t->g->module->types, descriptor) || descriptor % t->word)
        return;
    if (!typing_known(w, descriptor, MISS_TYPE, &elem) || elem == HS_NO_TYPE)
        return;
    at = memory->bytes + 3 * (size_t)t->word;
    size = (uint16_t)(t->heap->big_endian ? at[0] << 8 | at[1]
                                          : at[1] << 8 | at[0]);
    if (size != typing_type(t, elem)->size || (room && size && !buffer))
        return;
    hs_column_push(&w->chans, &(uint64_t){(uint64_t)object << 32 | elem});
}

static void try_closure(struct typing_worker *w, const struct hs_memory *memory)
{
    const struct typing *t = w->typing;
    uint64_t code = typing_at(t, memory, 0), first;
    struct hs_fields fields = hs_fields_of(memory);
    uint32_t type;

    if (in_span(&t->g->module->text, code) &&
        !(hs_fields_next(&fields, &first) && first == 0) &&
        typing_known(w, code, MISS_CODE, &type) && type != HS_NO_TYPE)
        typing_claim_closure(w, memory->address, HS_NO_TYPE);
}

/* The chan type of ELEM, made if the program has none. */
static uint32_t chan_of(struct typing *t, uint32_t elem)
{
    const struct hs_names *names = t->g->names;
    struct hs_go_type type = {.size = t->word,
                              .elem = elem,
                              .kind = HS_GO_CHAN,
                              .direct = true,
                              .has_pointers = true};
    struct hs_str name;

    for (uint32_t i = 1; i < names->types.count; i++)
        if (hs_names_type(names, i)->kind == HS_GO_CHAN &&
            hs_names_type(names, i)->elem == elem && typing_type(t, i)->rank)
            return i;
    name = hs_names_type(names, elem)->name;
    type.name = hs_str_of(
        hs_arena_printf(t->g->arena, "chan %.*s", (int)name.size, name.text));
    return hs_golang_type_add(t->g, &type, NULL, 0);
}

/* All chans, in order of their addresses: types that are made for them get the
 * same numbers whoever found them, and when. */
static struct hs_column sort_chans(struct typing *t)
{
    struct hs_column all = HS_COLUMN(uint64_t, t->arena);

    for (unsigned i = 0; i < t->threads; i++) {
        const struct hs_column *chans = &t->workers[i].chans;

        if (chans->count)
            memcpy(hs_column_extend(&all, chans->count), chans->at,
                   chans->count * sizeof(uint64_t));
    }
    hs_sort_u64(all.at, all.count, 32, 32, t->arena);
    return all;
}

static void claim_chans(struct typing *t)
{
    struct hs_column chans = sort_chans(t);
    const uint64_t *chan = chans.at;
    uint32_t last = HS_NO_TYPE, type = HS_NO_TYPE;

    for (size_t i = 0; i < chans.count; i++) {
        uint32_t object = (uint32_t)(chan[i] >> 32), elem = (uint32_t)chan[i];

        if (elem != last)
            type = chan_of(t, elem);
        last = elem;
        typing_plan(t);
        typing_claim_inner(&t->workers[0], hs_heap_address(t->heap, object),
                           typing_chan_size(t), type, HS_SHAPE_CHAN);
    }
}

static bool is_closure(uint64_t claim)
{
    return (claim >> TYPING_SHAPE_AT & 15) == HS_SHAPE_CLOSURE;
}

/* Is that a closure of which only the code is known? */
static bool is_dark(const struct typing *t, uint64_t claim)
{
    return is_closure(claim) &&
           typing_type(t, hs_typing_type(typing_word(claim)))->size <= t->word;
}

/* Has the page at INDEX an object that is worth a look?  As a rule all of them
 * have a type, and few pages have closures. */
static bool is_worth(const struct typing *t, size_t index)
{
    const struct hs_heap_store *store = t->store;
    const struct hs_page_place *place = &store->places[index];
    const struct hs_page *page = &store->pages[index];
    uint32_t end = hs_heap_page_end(store, place);
    bool closures = false;

    if (page->kind == HS_PAGE_EMPTY ||
        (!page->scan && page->size < 12 * t->word))
        return false;
    for (uint32_t i = place->rank; i < end; i++) {
        if (t->claims[i] == 0)
            return true;
        closures |= is_closure(t->claims[i]);
    }
    for (uint32_t i = place->rank; closures && i < end; i++)
        if (is_dark(t, t->claims[i]))
            return true;
    return false;
}

static void look_at(struct typing_worker *w, uint32_t object,
                    const struct hs_memory *memory)
{
    const struct typing *t = w->typing;
    uint64_t claim = t->claims[object];
    bool scan = memory->fields < memory->fields_end;

    if (scan && (claim == 0 || is_dark(t, claim)))
        scan_interfaces(w, memory);
    if (claim)
        return;
    if (scan)
        try_closure(w, memory);
    if (scan && typing_looks_like_map(t, memory))
        hs_column_push(&w->maps, &object);
    if (memory->size >= 12 * t->word && memory->size <= 32768)
        try_chan(w, object, memory);
}

/* Notes pages where something was missed. */
static void look_at_page(struct typing_worker *w, size_t page)
{
    uint64_t missed = w->missed;
    const struct hs_memory *memory;
    struct hs_heap_walk walk;

    if (!is_worth(w->typing, page))
        return;
    hs_heap_walk_page(&walk, w->typing->heap, page);
    while ((memory = hs_heap_walk_next(&walk)))
        look_at(w, walk.object, memory);
    typing_answer(w);
    if (w->missed != missed)
        hs_column_push(&w->pages, &page);
}

static void first_part(void *context, unsigned part)
{
    struct typing *t = context;
    size_t count = t->store->page_count;

    for (size_t page = hs_parallel_share(count, part, t->threads);
         page < hs_parallel_share(count, part + 1, t->threads); page++)
        look_at_page(&t->workers[part], page);
}

/* What a page was missing is known now. */
static void next_part(void *context, unsigned part)
{
    struct typing *t = context;
    struct typing_worker *w = &t->workers[part];
    struct hs_column pages = w->pages;

    w->pages = HS_COLUMN(size_t, pages.arena);
    for (size_t i = 0; i < pages.count; i++)
        look_at_page(w, ((const size_t *)pages.at)[i]);
}

/* A pass over what is nobody's. */
static void pass(struct typing *t, void (*part)(void *context, unsigned part))
{
    const struct hs_memory *const *stretches = t->stretches.at;

    hs_parallel_run(t->threads, part, t);
    for (size_t i = 0; i < t->stretches.count; i++)
        scan_interfaces(&t->workers[0], stretches[i]);
    typing_answer(&t->workers[0]);
}

void typing_find_signs(struct typing *t)
{
    typing_forget(t);
    pass(t, first_part);
    while (typing_resolve(t)) {
        typing_forget(t);
        pass(t, next_part);
    }
    claim_chans(t);
    typing_claim_maps(t);
}
