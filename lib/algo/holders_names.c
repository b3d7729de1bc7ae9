/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_names.c - how holders are called and how large their stacks are.
 */
#include <inttypes.h>

#include "algo/holders_impl.h"
#include "model/lens.h"

static struct hs_str variable_name(const struct hs_holders *h, uint32_t record,
                                   struct hs_arena *arena)
{
    const struct hs_variable *variable = &h->variables[record];
    const struct hs_segment *segment =
        (const struct hs_segment *)h->heap->segments.at + variable->segment;

    if (variable->name.size)
        return variable->name;
    return hs_str_of(
        hs_arena_printf(arena, "%s+0x%" PRIx64, segment->name,
                        variable->address - segment->memory.address));
}

static struct hs_str finalizers_name(const struct hs_holders *h, uint64_t pc,
                                     struct hs_arena *arena)
{
    struct hs_str function = hs_lens_function(h->heap, pc);

    if (function.size)
        return hs_str_of(hs_arena_printf(arena, "finalizer %.*s",
                                         (int)function.size, function.text));
    return hs_str_of(hs_arena_printf(arena, "finalizer func@0x%" PRIx64, pc));
}

bool hs_holders_is_part(const struct hs_holders *h, uint32_t holder)
{
    const struct hs_holder *its = &h->holders[holder];

    return its->kind == HS_HOLDER_GLOBAL && its->parent == holder &&
           h->variables[its->record].name.size;
}

struct hs_str hs_holders_name(const struct hs_holders *h, uint32_t holder,
                              struct hs_arena *arena)
{
    const struct hs_goroutine *goroutines = h->heap->goroutines.at;
    const struct hs_frame *frames = h->heap->frames.at;
    const struct hs_finalizer *finalizers = h->heap->finalizers.at;
    uint32_t record = h->holders[holder].record;

    switch ((enum hs_holder_kind)h->holders[holder].kind) {
    case HS_HOLDER_PACKAGE:
        return h->packages[record];
    case HS_HOLDER_GLOBAL:
        return variable_name(h, record, arena);
    case HS_HOLDER_GROUP:
        return h->groups[record].name;
    case HS_HOLDER_GOROUTINE:
        return hs_str_of(hs_arena_printf(arena, "goroutine %" PRIu64,
                                         goroutines[record].id));
    case HS_HOLDER_FRAME:
        return frames[record].function;
    case HS_HOLDER_FINALIZER:
        return hs_str_of(hs_arena_printf(arena, "finalizer of 0x%" PRIx64,
                                         finalizers[record].object));
    case HS_HOLDER_TIMERS:
        if (record != HS_NO_RECORD)
            return hs_holders_timer_name(h->heap, h->timer_functions[record],
                                         arena);
        break;
    case HS_HOLDER_FINALIZERS:
        if (record != HS_NO_RECORD)
            return finalizers_name(h, h->finalizer_functions[record], arena);
        break;
    default:
        break;
    }
    return hs_str_of(
        hs_holder_kind_name((enum hs_holder_kind)h->holders[holder].kind));
}

static uint64_t goroutine_stack(const struct hs_heap *heap, uint32_t number)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)heap->goroutines.at + number;
    const struct hs_frame *frames = heap->frames.at;
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < g->frame_count; i++)
        bytes += frames[g->first_frame + i].memory.size;
    return bytes;
}

uint64_t hs_holders_stack_bytes(const struct hs_holders *h, uint32_t holder)
{
    uint32_t record = h->holders[holder].record;
    uint64_t bytes = 0;

    switch ((enum hs_holder_kind)h->holders[holder].kind) {
    case HS_HOLDER_GROUP:
        return h->groups[record].stack_bytes;
    case HS_HOLDER_GOROUTINE:
        return goroutine_stack(h->heap, record);
    case HS_HOLDER_FRAME:
        return ((const struct hs_frame *)h->heap->frames.at)[record]
            .memory.size;
    case HS_HOLDER_GOROUTINES:
        for (size_t i = 0; i < h->group_count; i++)
            bytes += h->groups[i].stack_bytes;
        return bytes;
    default:
        return 0;
    }
}

uint64_t hs_holders_goroutines(const struct hs_holders *h, uint32_t holder)
{
    switch ((enum hs_holder_kind)h->holders[holder].kind) {
    case HS_HOLDER_GROUP:
        return h->groups[h->holders[holder].record].goroutines;
    case HS_HOLDER_GOROUTINE:
    case HS_HOLDER_FRAME:
        return 1;
    case HS_HOLDER_GOROUTINES:
        return h->heap->goroutines.count;
    default:
        return 0;
    }
}

uint64_t hs_holders_members(const struct hs_holders *h, uint32_t holder)
{
    const struct hs_holder *its = &h->holders[holder];

    if (its->kind != HS_HOLDER_TIMERS)
        return hs_holders_goroutines(h, holder);
    if (its->record != HS_NO_RECORD)
        return its[1].first_root - its->first_root;
    return h->holders[its[1].first_child].first_root -
           h->holders[its->first_child].first_root;
}
