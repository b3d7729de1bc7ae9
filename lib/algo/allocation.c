/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocation.c - the join of allocation samples with the dominator tree.
 */
#include "algo/allocation.h"

#include <stdlib.h>

#include "base/map.h"
#include "model/goname.h"

struct sample {
    uint32_t object, site;
};

struct hs_allocations {
    const struct hs_heap *heap;
    const struct sample *samples; /* by object, each object once */
    size_t count;
};

static int by_object(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;

    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    return (x->site > y->site) - (x->site < y->site);
}

struct hs_allocations *hs_allocations_new(const struct hs_heap *heap,
                                          struct hs_arena *arena,
                                          struct hs_arena *scratch)
{
    const struct hs_alloc_sample *all = heap->alloc_samples.at;
    const struct hs_alloc_site *sites = heap->alloc_sites.at;
    struct hs_allocations *a = hs_arena_zeroed(arena, 1, sizeof(*a));
    struct sample *samples =
        hs_arena_zeroed(arena, heap->alloc_samples.count + 1, sizeof(*samples));
    struct hs_map map;
    size_t kept = 0;

    hs_map_init(&map, scratch, heap->alloc_sites.count);
    for (uint32_t i = 0; i < heap->alloc_sites.count; i++)
        hs_map_add(&map, sites[i].id, i);
    for (size_t i = 0; i < heap->alloc_samples.count; i++) {
        struct sample sample = {hs_heap_find(heap, all[i].object),
                                hs_map_lookup(&map, all[i].site)};

        if (sample.object != HS_NO_OBJECT && sample.site != HS_MAP_NONE)
            samples[kept++] = sample;
    }
    qsort(samples, kept, sizeof(*samples), by_object);
    a->heap = heap;
    a->samples = samples;
    for (size_t i = 0; i < kept; i++)
        if (a->count == 0 || samples[a->count - 1].object != samples[i].object)
            samples[a->count++] = samples[i];
    return a;
}

size_t hs_allocations_count(const struct hs_allocations *allocations)
{
    return allocations->count;
}

uint32_t hs_allocations_object(const struct hs_allocations *allocations,
                               size_t i)
{
    return allocations->samples[i].object;
}

uint32_t hs_allocations_site(const struct hs_allocations *allocations,
                             uint32_t object)
{
    size_t low = 0, high = allocations->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (allocations->samples[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < allocations->count && allocations->samples[low].object == object)
        return allocations->samples[low].site;
    return HS_NO_SITE;
}

const struct hs_stack_line *hs_allocations_line(const struct hs_heap *heap,
                                                uint32_t site)
{
    const struct hs_alloc_site *s =
        (const struct hs_alloc_site *)heap->alloc_sites.at + site;
    const struct hs_stack_line *lines = heap->stack_lines.at, *second = NULL;

    for (uint32_t i = 0; i < s->line_count; i++) {
        const struct hs_stack_line *line = &lines[s->first_line + i];

        if (!hs_goname_standard(line->function))
            return line;
        if (!second && !hs_goname_plumbing(line->function))
            second = line;
    }
    return second;
}

/* The walk up from sampled objects to the nodes that were asked for. */
struct climb {
    const struct hs_retention *retention;
    struct hs_map nearest;  /* node -> 1 + number of the nearest query at or
                             * above it; 0: none */
    struct hs_column trail; /* uint32_t: nodes of the walk in progress */
};

/* The nearest query at NODE or above: 1 + its number, or 0. */
static uint32_t climb_from(struct climb *climb, uint32_t node)
{
    uint32_t found = HS_MAP_NONE;
    const uint32_t *trail;

    climb->trail.count = 0;
    while (node != HS_NO_NODE) {
        found = hs_map_lookup(&climb->nearest, node);
        if (found != HS_MAP_NONE)
            break;
        hs_column_push(&climb->trail, &node);
        node = hs_retention_dominator(climb->retention, node);
    }
    if (found == HS_MAP_NONE)
        found = 0;
    trail = climb->trail.at;
    for (size_t i = 0; i < climb->trail.count; i++)
        hs_map_add(&climb->nearest, trail[i], found);
    return found;
}

/* One sampled object counts for one group. */
struct tally {
    uint32_t group;
    const struct hs_stack_line *line;
};

struct hs_str hs_stack_line_file(const struct hs_stack_line *line)
{
    struct hs_str file = line->file;
    const char *slash = file.size ? memrchr(file.text, '/', file.size) : NULL;

    if (slash) {
        file.size -= (size_t)(slash + 1 - file.text);
        file.text = slash + 1;
    }
    return file;
}

int hs_stack_line_compare(const struct hs_stack_line *x,
                          const struct hs_stack_line *y)
{
    int order;

    if (!x || !y)
        return (x != NULL) - (y != NULL);
    order = hs_str_compare(x->file, y->file);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return hs_str_compare(x->function, y->function);
}

static int by_group_and_line(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return hs_stack_line_compare(x->line, y->line);
}

/* Sorts TALLIES and counts runs of equal lines into COUNT ORIGINS; the longest
 * wins, the first in order on a tie. */
static void sum_up(struct hs_column *tallies, size_t count,
                   struct hs_origin *origins)
{
    struct tally *all = tallies->at;

    for (size_t i = 0; i < count; i++)
        origins[i] = (struct hs_origin){0};
    if (tallies->count)
        qsort(all, tallies->count, sizeof(*all), by_group_and_line);
    for (size_t i = 0, end; i < tallies->count; i = end) {
        struct hs_origin *origin = &origins[all[i].group];

        for (end = i + 1;
             end < tallies->count && by_group_and_line(&all[i], &all[end]) == 0;
             end++)
            continue;
        origin->sampled += (uint32_t)(end - i);
        if (all[i].line && end - i > origin->at_line) {
            origin->at_line = (uint32_t)(end - i);
            origin->line = all[i].line;
        }
    }
}

void hs_allocations_group(const struct hs_allocations *a,
                          const uint32_t *groups, size_t count,
                          struct hs_origin *origins, struct hs_arena *scratch)
{
    struct hs_column tallies = HS_COLUMN(struct tally, scratch);

    for (size_t i = 0; i < a->count; i++) {
        struct tally tally = {.group = groups[i]};

        if (tally.group == HS_NO_GROUP)
            continue;
        tally.line = hs_allocations_line(a->heap, a->samples[i].site);
        hs_column_push(&tallies, &tally);
    }
    sum_up(&tallies, count, origins);
}

void hs_allocations_origins(const struct hs_allocations *a,
                            const struct hs_retention *retention,
                            const uint32_t *nodes, size_t count,
                            struct hs_origin *origins, struct hs_arena *scratch)
{
    struct climb climb = {.retention = retention,
                          .trail = HS_COLUMN(uint32_t, scratch)};
    struct hs_column tallies = HS_COLUMN(struct tally, scratch);
    uint32_t *above = hs_arena_zeroed(scratch, count + 1, sizeof(*above));

    hs_map_init(&climb.nearest, scratch, a->count + count);
    for (uint32_t i = 0; i < count; i++)
        hs_map_add(&climb.nearest, nodes[i], i + 1);
    for (uint32_t i = 0; i < count; i++)
        above[i] =
            climb_from(&climb, hs_retention_dominator(retention, nodes[i]));
    for (size_t s = 0; s < a->count; s++) {
        struct tally tally = {
            .line = hs_allocations_line(a->heap, a->samples[s].site)};

        for (uint32_t q = climb_from(&climb, a->samples[s].object); q;
             q = above[q - 1]) {
            tally.group = q - 1;
            hs_column_push(&tallies, &tally);
        }
    }
    sum_up(&tallies, count, origins);
}
