/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_stacks.c - what goroutines and their frames hold.
 */
#include <stdlib.h>

#include "algo/holders_impl.h"

static uint32_t goroutine_at(const struct holders_builder *b, uint64_t g)
{
    return hs_map_lookup(&b->goroutine_of, g);
}

static void chain_init(struct holders_builder *b, struct holders_chain **chain)
{
    uint32_t count = (uint32_t)b->heap->goroutines.count;

    *chain = hs_arena_zeroed(b->scratch, 1, sizeof(**chain));
    (*chain)->first = hs_arena_zeroed(b->scratch, count + 1, sizeof(uint32_t));
    (*chain)->next = HS_COLUMN(uint32_t, b->scratch);
    for (uint32_t i = 0; i < count; i++)
        (*chain)->first[i] = HS_NO_RECORD;
}

/* The next record of CHAIN is goroutine G's (or nobody's). */
static void chain_add(struct holders_chain *chain, uint32_t g)
{
    uint32_t record = (uint32_t)chain->next.count, next = HS_NO_RECORD;

    if (g != HS_MAP_NONE) {
        next = chain->first[g];
        chain->first[g] = record;
    }
    hs_column_push(&chain->next, &next);
}

/* Are the pointer words of MEMORY those of a sudog (runtime2.go)?  g, next,
 * prev, elem come first; parent, waitlink, waittail, c follow one another
 * after some words that are no pointers.  Measured on Go 1.19 to 1.26. */
static bool sudog_shape(const struct hs_heap *heap,
                        const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t offset, second = 0;
    unsigned count = 0;

    while (hs_fields_next(&fields, &offset)) {
        uint64_t word = offset / heap->pointer_size;

        if (count == 4)
            second = word;
        if (count >= 8 || word != (count < 4 ? count : second + count - 4))
            return false;
        count++;
    }
    return count == 8 && second > 4;
}

/* The goroutine that the sudog OBJECT belongs to; HS_MAP_NONE if OBJECT is
 * none, or not of a goroutine that lives. */
static uint32_t sudog_of(const struct holders_builder *b, uint32_t object)
{
    const struct hs_heap *heap = b->heap;
    uint64_t size = hs_heap_size(heap, object);
    struct hs_memory memory;

    if (size < 8 * heap->pointer_size || size > 20 * heap->pointer_size)
        return HS_MAP_NONE;
    memory = hs_heap_memory(heap, object);
    if (memory.size < size || !sudog_shape(heap, &memory))
        return HS_MAP_NONE;
    return goroutine_at(b, hs_heap_word(heap, memory.bytes));
}

/* Takes what ADDRESS points to as a waiter if it is one not known yet. */
static void try_waiter(struct holders_builder *b, uint64_t address)
{
    uint32_t object = hs_heap_find(b->heap, address), g;

    if (object == HS_NO_OBJECT ||
        hs_map_lookup(&b->owner, object) != HS_MAP_NONE)
        return;
    g = sudog_of(b, object);
    if (g == HS_MAP_NONE)
        return;
    hs_map_add(&b->owner, object, g);
    hs_column_push(&b->waiters, &object);
    chain_add(b->sudogs, g);
    hs_column_push(&b->captive, &object);
}

static void try_words(struct holders_builder *b, uint32_t object)
{
    struct hs_memory memory = hs_heap_memory(b->heap, object);
    struct hs_fields fields = hs_fields_of(&memory);
    uint64_t offset, value;

    while (hs_holders_next_word(b->heap, &fields, &memory, &offset, &value))
        try_waiter(b, value);
}

/* Only its goroutine holds a g, and only its goroutine holds the sudogs it
 * waits with.  They are found from the words of the gs (g.waiting), from data
 * and BSS (the semaphores' trees), and from one to the next. */
static void find_sudogs(struct holders_builder *b)
{
    const struct hs_goroutine *all = b->heap->goroutines.at;
    const struct holders_word *words = b->words.at;

    hs_map_init(&b->owner, b->scratch, b->heap->goroutines.count);
    b->waiters = HS_COLUMN(uint32_t, b->scratch);
    for (uint32_t i = 0; i < b->heap->goroutines.count; i++) {
        uint32_t g = hs_heap_find(b->heap, all[i].g);

        if (g == HS_NO_OBJECT)
            continue;
        hs_map_add(&b->owner, g, i);
        hs_column_push(&b->captive, &g);
    }
    for (size_t i = 0; i < b->heap->goroutines.count; i++)
        if (hs_heap_find(b->heap, all[i].g) != HS_NO_OBJECT)
            try_words(b, hs_heap_find(b->heap, all[i].g));
    for (size_t i = 0; i < b->words.count; i++)
        if (words[i].object != HS_NO_OBJECT)
            try_waiter(b, words[i].value);
    for (size_t i = 0; i < b->waiters.count; i++)
        try_words(b, ((uint32_t *)b->waiters.at)[i]);
}

void hs_holders_find_waiters(struct holders_builder *b)
{
    const struct hs_defer *defers = b->heap->defers.at;
    const struct hs_panic *panics = b->heap->panics.at;

    chain_init(b, &b->defers);
    chain_init(b, &b->panics);
    chain_init(b, &b->sudogs);
    for (size_t i = 0; i < b->heap->defers.count; i++)
        chain_add(b->defers, goroutine_at(b, defers[i].g));
    for (size_t i = 0; i < b->heap->panics.count; i++)
        chain_add(b->panics, goroutine_at(b, panics[i].g));
    find_sudogs(b);
}

static void add_goroutine(struct holders_builder *b, uint32_t group,
                          uint32_t number)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)b->heap->goroutines.at + number;
    const struct hs_defer *defers = b->heap->defers.at;
    const struct hs_panic *panics = b->heap->panics.at;
    const uint32_t *waiters = b->waiters.at;

    hs_holders_add(b, group, HS_HOLDER_GOROUTINE, number);
    hs_holders_root(b, g->g);
    hs_holders_root(b, g->context);
    HOLDERS_EACH(d, b->defers, number)
    {
        hs_holders_root(b, defers[d].address);
        hs_holders_root(b, defers[d].closure);
    }
    HOLDERS_EACH(p, b->panics, number)
    {
        hs_holders_root(b, panics[p].address);
        hs_holders_root(b, panics[p].argument);
    }
    HOLDERS_EACH(w, b->sudogs, number)
    hs_column_push(&b->roots, &(struct hs_root){.object = waiters[w]});
}

void hs_holders_add_goroutines(struct holders_builder *b, uint32_t group)
{
    const struct hs_holder *holders = b->holders.at;
    uint32_t number = holders[group].record;

    for (uint32_t i = b->group_start[number]; i < b->group_start[number + 1];
         i++)
        add_goroutine(b, group, b->by_group[i]);
}

/* A root of a frame; not of a g or sudog that another goroutine holds. */
static void frame_root(struct holders_builder *b,
                       const struct holders_stack *stack, uint64_t address)
{
    struct hs_root root = {.object = hs_heap_find(b->heap, address)};
    uint32_t owner;

    if (root.object == HS_NO_OBJECT)
        return;
    owner = hs_map_lookup(&b->owner, root.object);
    if (owner == HS_MAP_NONE || owner == stack->number)
        hs_column_push(&b->roots, &root);
}

static void push_object_roots(struct holders_builder *b,
                              const struct holders_stack *stack, uint32_t frame)
{
    uint32_t number = stack->first_object[frame];
    uint64_t value;

    for (; number < stack->first_object[frame + 1]; number++) {
        struct holders_object_words words;

        if (!stack->live[number])
            continue;
        words = hs_holders_object_words(b, stack, frame, number);
        while (hs_holders_next_object_word(b, stack, &words, &value))
            frame_root(b, stack, value);
    }
}

static void push_frame_roots(struct holders_builder *b,
                             const struct holders_stack *stack, uint32_t frame)
{
    const struct hs_memory *memory = &stack->frames[frame].memory;
    struct hs_fields fields = hs_fields_of(memory);
    unsigned step = b->heap->pointer_size;
    uint64_t offset, value;

    while (hs_holders_next_word(b->heap, &fields, memory, &offset, &value))
        frame_root(b, stack, value);
    for (offset = stack->from[frame];
         offset < memory->size && memory->size - offset >= step; offset += step)
        frame_root(b, stack, hs_heap_word(b->heap, memory->bytes + offset));
    push_object_roots(b, stack, frame);
}

/* A frame that points to nothing is no holder: it is added and taken back. */
static void add_frame(struct holders_builder *b,
                      const struct holders_stack *stack, uint32_t frame,
                      uint32_t holder, uint32_t record)
{
    size_t first = b->roots.count;

    hs_holders_add(b, holder, HS_HOLDER_FRAME, record);
    push_frame_roots(b, stack, frame);
    hs_holders_tidy_roots(b, first);
    if (b->roots.count == first)
        b->holders.count--;
}

void hs_holders_add_frames(struct holders_builder *b, uint32_t holder)
{
    const struct hs_holder *holders = b->holders.at;
    struct holders_stack stack =
        hs_holders_read_stack(b, holders[holder].record);
    const struct hs_frame *all = b->heap->frames.at;

    for (uint32_t i = 0; i < stack.count; i++)
        add_frame(b, &stack, i, holder, (uint32_t)(stack.frames - all) + i);
}
