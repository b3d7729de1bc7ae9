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
 *     beside it.
 */
#include "golang/typing_impl.h"

#include "golang/functions.h"
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

    if (in_span(&t->g->module->types, word) && word % t->word == 0)
        kind = MISS_TYPE;
    else if (hs_map_lookup(&t->known[MISS_ITAB], word) == HS_MAP_NONE)
        return;
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
    uint32_t elem;
    unsigned size;

    if (memory->size < 12 * t->word || count > room ||
        !in_span(&t->g->module->types, descriptor) || descriptor % t->word)
        return;
    if (!typing_known(w, descriptor, MISS_TYPE, &elem) || elem == HS_NO_TYPE)
        return;
    size = memory->bytes[3 * t->word + (t->heap->big_endian ? 1 : 0)] |
           memory->bytes[3 * t->word + (t->heap->big_endian ? 0 : 1)] << 8;
    if (size != typing_type(t, elem)->size || (room && size && !buffer))
        return;
    hs_column_push(&w->chans, &(struct typing_chan){object, elem});
}

static void try_closure(struct typing_worker *w, const struct hs_memory *memory)
{
    const struct typing *t = w->typing;
    uint64_t code = typing_at(t, memory, 0), first;
    struct hs_fields fields = hs_fields_of(memory);
    struct golang_function function;

    if (!in_span(&t->g->module->text, code) ||
        (hs_fields_next(&fields, &first) && first == 0) ||
        !hs_golang_function_at(t->g, code, &function) || function.entry != code)
        return;
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
            hs_names_type(names, i)->elem == elem)
            return i;
    name = hs_names_type(names, elem)->name;
    type.name = hs_str_of(
        hs_arena_printf(t->g->arena, "chan %.*s", (int)name.size, name.text));
    return hs_golang_type_add(t->g, &type, NULL, 0);
}

static void claim_chans(struct typing *t)
{
    struct hs_column chans = t->workers[0].chans;
    const struct typing_chan *chan = chans.at;
    uint32_t last = HS_NO_TYPE, type = HS_NO_TYPE;

    t->workers[0].chans = HS_COLUMN(struct typing_chan, chans.arena);
    for (size_t i = 0; i < chans.count; i++, chan++) {
        if (chan->elem != last)
            type = chan_of(t, chan->elem);
        last = chan->elem;
        typing_plan(t);
        typing_claim_inner(&t->workers[0],
                           hs_heap_address(t->heap, chan->object),
                           typing_chan_size(t), type, HS_SHAPE_CHAN);
    }
}

/* A pass over what is nobody's. */
static void pass(struct typing *t)
{
    struct typing_worker *w = &t->workers[0];
    const struct hs_memory *memory;
    struct hs_heap_walk walk;

    hs_heap_walk_init(&walk, t->heap, 0, t->count);
    while ((memory = hs_heap_walk_next(&walk))) {
        if (t->claims[walk.object])
            continue;
        if (memory->fields < memory->fields_end) {
            scan_interfaces(w, memory);
            try_closure(w, memory);
        }
        if (memory->size >= 12 * t->word && memory->size <= 32768)
            try_chan(w, walk.object, memory);
    }
    for (size_t i = 0; i < t->stretches.count; i++)
        scan_interfaces(w,
                        ((const struct hs_memory *const *)t->stretches.at)[i]);
}

void typing_find_signs(struct typing *t)
{
    do {
        t->workers[0].chans.count = 0;
        pass(t);
    } while (typing_resolve(t));
    claim_chans(t);
}
