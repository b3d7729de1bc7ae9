/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_finish.c - the clock, and what is left when all events are read, as
 * the timeline that everybody sees.
 */
#include <stdlib.h>

#include "format/trace_impl.h"

void hs_trace_clock(struct trace *t, uint64_t hz)
{
    t->line->clock_hz = hz;
    t->ns_per_tick = (uint64_t)1 << 32;
    if (hz)
        t->ns_per_tick = (uint64_t)(1e9 / (double)hz * 4294967296.0);
}

void hs_trace_span_of_time(struct trace *t, uint64_t origin, uint64_t end)
{
    t->origin = origin;
    t->origin_ns = 0;
    t->line->slice_ns = hs_trace_time(t, end) / HS_SLICES + 1;
    t->objects.unit = t->line->slice_ns / ((int64_t)1 << 26) + 1;
    t->slice_end = t->line->slice_ns;
}

void hs_trace_slice(struct trace *t)
{
    int64_t slice = t->now / t->line->slice_ns;

    if (slice >= HS_SLICES)
        slice = HS_SLICES - 1;
    t->slice = (uint32_t)slice;
    t->slice_start = slice * t->line->slice_ns;
    t->slice_end =
        slice == HS_SLICES - 1 ? INT64_MAX : t->slice_start + t->line->slice_ns;
}

void hs_trace_odd(struct trace *t)
{
    t->line->resynced++;
    t->faults += !t->partial;
}

static struct trace_group *group_at(const struct trace *t, uint32_t group)
{
    return (struct trace_group *)t->lives.groups.at + group;
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* The most alive first, then the most started, then by name. */
static int by_alive(const void *a, const void *b, void *trace)
{
    const struct trace *t = trace;
    const struct hs_trace_group *x = &group_at(t, *(const uint32_t *)a)->row,
                                *y = &group_at(t, *(const uint32_t *)b)->row;
    int order = compare(y->alive, x->alive);

    if (order == 0)
        order = compare((uint64_t)y->started + y->existed,
                        (uint64_t)x->started + x->existed);
    if (order == 0)
        order = hs_str_compare(hs_intern_text(&t->strings, x->function),
                               hs_intern_text(&t->strings, y->function));
    return order ? order : compare(x->creation, y->creation);
}

/* Makes a row of what was counted. */
static void add_up(struct hs_trace_group *row)
{
    row->alive = row->existed + row->started - row->ended;
    row->oldest = INT64_MAX;
    row->newest = HS_BEFORE_TRACE;
    row->alive_at[0] += row->existed;
    for (unsigned k = 1; k < HS_SLICES; k++)
        row->alive_at[k] += row->alive_at[k - 1];
}

/* Goroutines whose root never became known are one group. */
static void merge_own(struct trace *t)
{
    struct trace_group *groups = t->lives.groups.at;
    uint32_t unknown = hs_map_lookup(&t->lives.group_of, 0);

    for (uint32_t i = 0; unknown != HS_MAP_NONE && i < t->lives.groups.count;
         i++) {
        struct hs_trace_group *row = &groups[i].row, *to = &groups[unknown].row;

        if (i == unknown || row->function || row->creation || groups[i].merged)
            continue;
        to->existed += row->existed;
        to->ended += row->ended;
        for (unsigned k = 0; k < HS_SLICES; k++)
            to->alive_at[k] += row->alive_at[k];
        row->existed = row->ended = 0;
        groups[i].merged = unknown + 1;
    }
}

/* Sorts the groups into the timeline; returns where each went. */
static uint32_t *finish_groups(struct trace *t)
{
    size_t n = t->lives.groups.count, kept = 0;
    uint32_t *order = hs_arena_alloc(&t->scratch, (n + 1) * sizeof(*order));
    uint32_t *rank = hs_arena_zeroed(&t->scratch, n + 1, sizeof(*rank));

    merge_own(t);
    for (uint32_t i = 0; i < n; i++) {
        struct trace_group *group = group_at(t, i);

        add_up(&group->row);
        if (group->row.existed + group->row.started > 0)
            order[kept++] = i;
    }
    qsort_r(order, kept, sizeof(*order), by_alive, t);
    for (uint32_t i = 0; i < kept; i++) {
        rank[order[i]] = i;
        hs_column_push(&t->line->groups, &group_at(t, order[i])->row);
    }
    for (uint32_t i = 0; i < n; i++)
        if (group_at(t, i)->merged)
            rank[i] = rank[group_at(t, i)->merged - 1];
    return rank;
}

/* A goroutine and the wait it is in. */
struct member {
    struct hs_trace_goroutine row;
    uint32_t reason, stack, state;
};

/* Members of one wait next to each other, the oldest first. */
static int by_wait(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->row.group != y->row.group)
        return compare(x->row.group, y->row.group);
    if (x->state != y->state)
        return compare(x->state, y->state);
    if (x->reason != y->reason)
        return compare(x->reason, y->reason);
    if (x->stack != y->stack)
        return compare(x->stack, y->stack);
    if (x->row.since != y->row.since)
        return x->row.since < y->row.since ? -1 : 1;
    return compare(x->row.id, y->row.id);
}

static bool same_wait(const struct member *a, const struct member *b)
{
    return a->row.group == b->row.group && a->state == b->state &&
           a->reason == b->reason && a->stack == b->stack;
}

/* Group by group, the most first. */
static int by_count(const void *a, const void *b)
{
    const struct hs_trace_wait *x = a, *y = b;

    if (x->group != y->group)
        return compare(x->group, y->group);
    if (x->count != y->count)
        return compare(y->count, x->count);
    if (x->oldest != y->oldest)
        return x->oldest < y->oldest ? -1 : 1;
    return compare(x->example, y->example);
}

static int by_id(const void *a, const void *b)
{
    const struct hs_trace_goroutine *x = a, *y = b;

    return compare(x->id, y->id);
}

/* All that are alive, from the table. */
static size_t list_members(struct trace *t, const uint32_t *rank,
                           struct member *members)
{
    const struct trace_life *lives = t->lives.lives.at;
    struct hs_trace_group *groups = t->line->groups.at;
    size_t n = 0;

    for (size_t i = 1; i < t->lives.lives.count; i++) {
        const struct trace_life *l = &lives[i];
        struct hs_trace_group *group;

        if (l->state == TRACE_ABSENT)
            continue;
        group = &groups[rank[l->group]];
        group->states[l->state]++;
        if (l->created < group->oldest)
            group->oldest = l->created;
        if (l->created > group->newest)
            group->newest = l->created;
        members[n++] = (struct member){
            .row = {.id = l->id,
                    .group = rank[l->group],
                    .created = l->created,
                    .since = l->since},
            .reason = l->reason,
            .stack = l->stack,
            .state = l->state,
        };
    }
    return n;
}

/* A row for each run of equal waits; the members know the example by which
 * they will find it again. */
static void make_waits(struct trace *t, struct member *members, size_t count)
{
    struct hs_column *waits = &t->line->waits;

    for (size_t i = 0, end; i < count; i = end) {
        struct hs_trace_wait wait = {
            .group = members[i].row.group,
            .state = members[i].state,
            .reason = members[i].reason,
            .stack = members[i].stack,
            .oldest = members[i].row.since,
            .example = members[i].row.id,
        };

        for (end = i; end < count && same_wait(&members[i], &members[end]);
             end++)
            wait.newest = members[end].row.since;
        wait.count = (uint32_t)(end - i);
        hs_column_push(waits, &wait);
    }
    hs_trace_sort(waits, by_count);
}

/* Tells each group where its waits are, and each member which is its own. */
static void link_waits(struct trace *t, struct member *members, size_t count)
{
    const struct hs_trace_wait *waits = t->line->waits.at;
    struct hs_trace_group *groups = t->line->groups.at;
    struct hs_map row_of;
    uint32_t row = 0;

    hs_map_init(&row_of, &t->scratch, t->line->waits.count);
    for (uint32_t i = 0; i < t->line->waits.count; i++) {
        struct hs_trace_group *group = &groups[waits[i].group];

        if (group->wait_count++ == 0)
            group->first_wait = i;
        hs_map_add(&row_of, waits[i].example, i);
    }
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !same_wait(&members[i - 1], &members[i]))
            row = hs_map_lookup(&row_of, members[i].row.id);
        members[i].row.wait = row;
        hs_column_push(&t->line->goroutines, &members[i].row);
    }
}

static void finish_goroutines(struct trace *t, const uint32_t *rank)
{
    struct hs_timeline *line = t->line;
    size_t most = t->lives.lives.count;
    struct member *members =
        hs_arena_alloc(&t->scratch, most * sizeof(*members));
    size_t n = list_members(t, rank, members);
    struct hs_trace_group *groups = line->groups.at;

    qsort(members, n, sizeof(*members), by_wait);
    make_waits(t, members, n);
    link_waits(t, members, n);
    hs_trace_sort(&line->goroutines, by_id);
    for (size_t i = 0; i < line->groups.count; i++)
        if (groups[i].oldest == INT64_MAX)
            groups[i].oldest = HS_BEFORE_TRACE;
}

static uint32_t as_count(int64_t n)
{
    return n < 0 ? 0 : n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void finish_counts(struct trace *t)
{
    struct hs_timeline *line = t->line;
    struct trace_lives *lives = &t->lives;
    int64_t existed = (int64_t)line->existed;
    struct hs_goroutine_sample at_start = {0, as_count(existed)}, at_end;
    const struct trace_sample *samples;

    hs_trace_series_close(&lives->counts);
    samples = lives->counts.samples.at;
    hs_column_push(&line->counts, &at_start);
    for (size_t i = 0; i < lives->counts.samples.count; i++) {
        struct hs_goroutine_sample sample = {
            samples[i].t, as_count(existed + samples[i].value)};

        hs_column_push(&line->counts, &sample);
    }
    at_end = (struct hs_goroutine_sample){line->duration,
                                          as_count(existed + lives->count)};
    hs_column_push(&line->counts, &at_end);
    line->goroutines_first = at_start.count;
    line->goroutines_last = at_end.count;
    line->goroutines_peak = as_count(existed + lives->peak);
    line->peak_time = lives->peak_time;
}

static void finish_texts(struct trace *t)
{
    struct hs_timeline *line = t->line;

    line->strings = t->strings.texts;
    for (uint32_t i = 0; i < t->stacks.texts.count; i++) {
        struct hs_str text = hs_intern_text(&t->stacks, i);
        uint32_t count = (uint32_t)(text.size / sizeof(struct hs_trace_frame));
        struct hs_trace_stack stack = {(uint32_t)line->frames.count, count};

        hs_column_push(&line->stacks, &stack);
        if (count > 0)
            memcpy(hs_column_extend(&line->frames, count), text.text,
                   text.size);
    }
}

void hs_trace_finish(struct trace *t)
{
    uint32_t *rank;

    t->line->duration = t->latest;
    rank = finish_groups(t);
    finish_goroutines(t, rank);
    finish_counts(t);
    hs_trace_finalizers_finish(t);
    hs_trace_gc_finish(t);
    hs_trace_notes_finish(t);
    hs_trace_objects_finish(t, rank);
    finish_texts(t);
}
