/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_join.c - finds goroutines and objects of a trace in a dump.
 *
 * Goroutines: at least half of those that were alive at the trace's end are in
 * the dump, and of those at least NEARLY all are on a stack with the function
 * that the trace says they started in, or in the wrapper of the go statement
 * that the trace says has started them: a dump has no inlined functions.  The
 * runtime's own are not counted: they are alike everywhere.
 *
 * Objects: their slot in the dump starts at the same address and has the same
 * size, for NEARLY all.  A dump that was taken long after the trace fails this,
 * and has to: an address that was freed and used again is another object.  But
 * even then the runtime's own stay where they are, so if HARDLY any object does
 * it is another run of the program, however alike its goroutines.
 */
#include "algo/trace_join.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "model/goname.h"

#define NEARLY 0.95
#define HARDLY 0.1 /* what two runs of one program may have at equal places */

/* True if the header's version is what Go VERSION writes. */
static bool is_written_by(unsigned header, struct hs_str version)
{
    static const unsigned headers[] = {11, 19, 21, 22, 23, 25, 26};
    unsigned minor = 0, newest = 0;
    char text[16] = "";

    if (version.size < 5 || memcmp(version.text, "go1.", 4) != 0)
        return true; /* a development version tells nothing */
    memcpy(text, version.text,
           version.size < sizeof(text) ? version.size : sizeof(text) - 1);
    if (sscanf(text, "go1.%u", &minor) != 1 || minor > 27)
        return true;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        if (headers[i] <= minor)
            newest = headers[i];
    return header == newest || header > 26;
}

static bool is_system(struct hs_str function)
{
    return function.size > 8 && (memcmp(function.text, "runtime.", 8) == 0 ||
                                 memcmp(function.text, "runtime/", 8) == 0);
}

static bool is_on_stack(const struct hs_heap *heap,
                        const struct hs_goroutine *g, struct hs_str function)
{
    const struct hs_frame *frames = heap->frames.at;

    for (uint32_t i = 0; i < g->frame_count; i++)
        if (hs_str_equal(frames[g->first_frame + i].function, function))
            return true;
    return false;
}

/* Is FUNCTION "WHO.gowrap1", by a function on the stack CREATION? */
static bool wraps(const struct hs_timeline *t, uint32_t creation,
                  struct hs_str function)
{
    uint32_t count;
    const struct hs_trace_frame *frames =
        hs_timeline_stack(t, creation, &count);

    for (uint32_t i = 0; i < count; i++) {
        struct hs_str who = hs_timeline_string(t, frames[i].function);

        if (who.size && function.size > who.size &&
            function.text[who.size] == '.' &&
            memcmp(function.text, who.text, who.size) == 0)
            return true;
    }
    return false;
}

static bool is_in_wrapper(const struct hs_heap *heap,
                          const struct hs_goroutine *g,
                          const struct hs_timeline *t, uint32_t creation)
{
    const struct hs_frame *frames = heap->frames.at;

    for (uint32_t i = 0; i < g->frame_count; i++) {
        struct hs_str function = frames[g->first_frame + i].function;

        if (hs_goname_wrapper(function) && wraps(t, creation, function))
            return true;
    }
    return false;
}

static void join_goroutines(struct hs_trace_join *join,
                            const struct hs_timeline *t,
                            const struct hs_heap *heap, struct hs_arena *arena,
                            struct hs_arena *scratch)
{
    const struct hs_trace_goroutine *rows = t->goroutines.at;
    const struct hs_trace_group *groups = t->groups.at;
    const struct hs_goroutine *all = heap->goroutines.at;
    uint32_t *joined =
        hs_arena_alloc(arena, (t->goroutines.count + 1) * sizeof(*joined));
    struct hs_map ids;

    join->goroutines = joined;
    hs_map_init(&ids, scratch, heap->goroutines.count);
    for (uint32_t i = 0; i < heap->goroutines.count; i++)
        hs_map_add(&ids, all[i].id, i);
    for (size_t i = 0; i < t->goroutines.count; i++) {
        struct hs_str function =
            hs_timeline_string(t, groups[rows[i].group].function);
        uint32_t at = hs_map_lookup(&ids, rows[i].id);
        bool same;

        joined[i] = HS_NO_JOIN;
        if (!function.size || is_system(function))
            continue;
        join->looked++;
        if (at == HS_MAP_NONE)
            continue;
        same = is_on_stack(heap, &all[at], function) ||
               is_in_wrapper(heap, &all[at], t, groups[rows[i].group].creation);
        join->found++;
        join->agreed += same;
        if (same)
            joined[i] = at;
    }
}

static void join_objects(struct hs_trace_join *join,
                         const struct hs_timeline *t,
                         const struct hs_heap *heap, struct hs_arena *arena)
{
    const struct hs_trace_object *live = t->objects.live.at;
    const struct hs_trace_type *types = t->objects.types.at;
    uint32_t *joined =
        hs_arena_alloc(arena, (t->objects.live.count + 1) * sizeof(*joined));

    join->placements = joined;
    join->objects = t->objects.live.count;
    for (size_t i = 0; i < t->objects.live.count; i++) {
        uint32_t object = hs_heap_find(heap, live[i].address);
        uint64_t slot = types[live[i].type].slot;

        joined[i] = HS_NO_JOIN;
        if (object == HS_NO_OBJECT ||
            hs_heap_address(heap, object) != live[i].address ||
            (slot && hs_heap_size(heap, object) != slot))
            continue;
        joined[i] = object;
        join->objects_found++;
    }
    if ((double)join->objects_found < HARDLY * (double)join->objects)
        join->verdict = HS_JOIN_PLACES;
    join->placed = join->objects > 0 && (double)join->objects_found >=
                                            NEARLY * (double)join->objects;
}

struct hs_trace_join hs_trace_join_new(const struct hs_timeline *timeline,
                                       const struct hs_heap *heap,
                                       struct hs_arena *arena,
                                       struct hs_arena *scratch)
{
    struct hs_trace_join join = {.verdict = HS_JOIN_SAME};

    join_goroutines(&join, timeline, heap, arena, scratch);
    if (!is_written_by(timeline->version, heap->go_version))
        join.verdict = HS_JOIN_VERSIONS;
    else if (join.found == 0 || join.found * 2 < join.looked)
        join.verdict = HS_JOIN_NOTHING;
    else if ((double)join.agreed < NEARLY * (double)join.found)
        join.verdict = HS_JOIN_OTHERS;
    if (join.verdict == HS_JOIN_SAME)
        join_objects(&join, timeline, heap, arena);
    return join;
}
