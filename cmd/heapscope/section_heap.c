/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap.c - the case that a run's sections of heaps share, and values
 * that several of them show.
 */
#include "section_heap.h"

#include <inttypes.h>

#include "base/size.h"

#define JSON_ROWS   1000
#define LEAST_STACK 2048
#define TINY_SLOT   16 /* runtime/mheap.go, tinySpanClass; of 32 bits, too */

const struct hs_case *hs_look_case(struct hs_run *run, size_t number,
                                   struct hs_err *err)
{
    struct hs_snapshot *snapshot = &run->snapshots[number];
    const struct hs_heap_case *base = NULL;

    if (snapshot->parts & HS_PART_HEAP) {
        base = hs_look_heap(run, number, err);
        if (!base)
            return NULL;
    }
    if (!run->findings)
        run->findings = hs_arena_zeroed(run->scratch, run->snapshot_count,
                                        sizeof(const struct hs_case *));
    if (!run->findings[number])
        run->findings[number] =
            hs_case_new(base, snapshot->timeline, &snapshot->arena);
    return run->findings[number];
}

const struct hs_type_row *hs_heap_tiny(const struct hs_types *types)
{
    for (size_t i = 0; i < types->count; i++)
        if (types->rows[i].slot == TINY_SLOT && !types->rows[i].pointers &&
            types->rows[i].objects)
            return &types->rows[i];
    return NULL;
}

struct hs_value hs_heap_share(const struct hs_case *c, uint64_t bytes)
{
    uint64_t all = c->base->totals.reachable_bytes;

    return hs_value_share(all ? (double)bytes / (double)all : 0);
}

const char *hs_heap_line(struct hs_run *run, const struct hs_stack_line *line)
{
    struct hs_str file = hs_stack_line_file(line);

    return hs_doc_printf(run->doc, "%.*s:%" PRIu64, (int)file.size, file.text,
                         line->line);
}

struct hs_value hs_heap_origin(struct hs_run *run,
                               const struct hs_origin *origin)
{
    if (!origin->line)
        return hs_value_null();
    return hs_value_text(hs_doc_printf(run->doc, "%s (%s of %s)",
                                       hs_heap_line(run, origin->line),
                                       hs_show_count(origin->at_line).text,
                                       hs_show_count(origin->sampled).text));
}

struct hs_value hs_heap_name(struct hs_str text)
{
    return text.size ? hs_value_name(text.text, text.size) : hs_value_null();
}

/* The size of G's stack, whose bounds are the first two words of its g; 0 if
 * they can't be: all its frames are within. */
static uint64_t known_stack(const struct hs_heap *heap,
                            const struct hs_goroutine *g)
{
    uint32_t object = hs_heap_find(heap, g->g), word = heap->pointer_size;
    const struct hs_frame *frames = heap->frames.at;
    const struct hs_memory *first, *last;
    struct hs_memory memory;
    uint64_t low, high, size, at;

    if (object == HS_NO_OBJECT || g->frame_count == 0)
        return 0;
    memory = hs_heap_memory(heap, object);
    at = g->g - memory.address; /* behind a header, if it has one */
    if (memory.size < 2 * (uint64_t)word || at > memory.size - 2 * word)
        return 0;
    low = hs_heap_word(heap, memory.bytes + at);
    high = hs_heap_word(heap, memory.bytes + at + word);
    size = high - low;
    first = &frames[g->first_frame].memory;
    last = &frames[g->first_frame + g->frame_count - 1].memory;
    if (size < LEAST_STACK || (size & (size - 1)) != 0 ||
        first->address - low >= size || last->address - low >= size ||
        last->size > high - last->address)
        return 0;
    return size;
}

static uint64_t least_stack(const struct hs_heap *heap,
                            const struct hs_goroutine *g)
{
    const struct hs_frame *frames = heap->frames.at;
    uint64_t used = 0, stack = LEAST_STACK;

    for (uint32_t i = 0; i < g->frame_count; i++)
        used += frames[g->first_frame + i].memory.size;
    while (stack < used && stack <= UINT64_MAX / 2)
        stack *= 2;
    return stack;
}

static void add_stack(const struct hs_case *c, uint32_t holder,
                      struct hs_heap_stacks *stacks)
{
    const struct hs_heap *heap = c->heap;
    const struct hs_holder *its = &c->holders->holders[holder];
    const struct hs_goroutine *g;
    uint64_t bytes;

    if (its->kind != HS_HOLDER_GOROUTINE)
        return;
    g = (const struct hs_goroutine *)heap->goroutines.at + its->record;
    bytes = known_stack(heap, g);
    stacks->about |= bytes == 0;
    stacks->bytes += bytes ? bytes : least_stack(heap, g);
}

struct hs_heap_stacks hs_heap_stacks(const struct hs_case *c, uint32_t holder)
{
    const struct hs_holder *holders = c->holders->holders;
    struct hs_heap_stacks stacks = {0};

    if (holders[holder].kind == HS_HOLDER_GROUP)
        for (uint32_t g = holders[holder].first_child;
             g < holders[holder + 1].first_child; g++)
            add_stack(c, g, &stacks);
    else
        add_stack(c, holder, &stacks);
    return stacks;
}

struct hs_value hs_heap_stacks_value(struct hs_heap_stacks stacks)
{
    struct hs_value value = hs_heap_bytes(stacks.bytes);

    if (stacks.about)
        value.flags |= HS_VALUE_ABOUT;
    return stacks.bytes ? value : hs_value_null();
}

uint64_t hs_heap_json_limit(const struct hs_run *run)
{
    return hs_run_limit(run, JSON_ROWS);
}
