/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_notes.c - tasks, regions, logs and labels of the user's code.
 *
 * Regions of a goroutine are nested: each knows the one around it, and the
 * goroutine its innermost one.
 */
#include <stdlib.h>

#include "format/trace_impl.h"

struct open_region {
    uint64_t task;
    uint64_t goroutine;
    int64_t since;
    uint32_t name;  /* string */
    uint32_t below; /* + 1: the one around it, or the next unused one */
    bool used;
};

void hs_trace_notes_init(struct trace *t)
{
    struct trace_notes *notes = &t->notes;

    hs_trace_ids_init(&notes->tasks, &t->scratch);
    notes->open_tasks = HS_COLUMN(struct hs_trace_open, &t->scratch);
    notes->open = HS_COLUMN(struct open_region, &t->scratch);
    notes->messages = HS_COLUMN(struct hs_str, &t->scratch);
    notes->unused_task = TRACE_NONE;
    hs_map_init(&notes->task_rows, &t->scratch, 16);
    hs_map_init(&notes->region_rows, &t->scratch, 16);
    hs_map_init(&notes->log_rows, &t->scratch, 16);
    hs_map_init(&notes->label_rows, &t->scratch, 16);
}

/* The row of ROWS with NAME. */
static struct hs_trace_tally *tally(struct hs_column *rows, struct hs_map *map,
                                    uint32_t name)
{
    struct hs_trace_tally row = {.name = name};
    uint32_t number = hs_map_add(map, name, (uint32_t)rows->count);

    if (number == rows->count)
        hs_column_push(rows, &row);
    return (struct hs_trace_tally *)rows->at + number;
}

/* What TALLY counts ended, after it was begun at SINCE. */
static void end(struct trace *t, struct hs_trace_tally *row, int64_t since)
{
    int64_t length = hs_trace_since(t, since);

    row->ended++;
    row->open--;
    if (__builtin_add_overflow(row->total, length, &row->total))
        row->total = INT64_MAX;
    if (length > row->longest)
        row->longest = length;
}

static struct hs_trace_open *task_at(const struct trace *t, uint32_t task)
{
    return (struct hs_trace_open *)t->notes.open_tasks.at + task;
}

void hs_trace_task(struct trace *t, uint64_t id, uint64_t parent, uint32_t name,
                   uint32_t life)
{
    struct trace_notes *notes = &t->notes;
    struct hs_trace_tally *row =
        tally(&t->line->tasks, &notes->task_rows, name);
    struct hs_trace_open task = {
        .task = id,
        .parent = parent,
        .name = name,
        .since = t->now,
        .goroutine = life != TRACE_NONE ? hs_trace_life(t, life)->id : 0,
    };
    uint32_t number = notes->unused_task;

    if (hs_trace_ids_find(&notes->tasks, id) != TRACE_NONE) {
        hs_trace_odd(t);
        return;
    }
    row->begun++;
    row->open++;
    if (number == TRACE_NONE) {
        number = (uint32_t)notes->open_tasks.count;
        hs_column_push(&notes->open_tasks, &task);
    } else {
        notes->unused_task = task_at(t, number)->name;
        *task_at(t, number) = task;
    }
    hs_trace_ids_add(&notes->tasks, id, number);
}

void hs_trace_task_end(struct trace *t, uint64_t id)
{
    struct trace_notes *notes = &t->notes;
    uint32_t number = hs_trace_ids_find(&notes->tasks, id);
    struct hs_trace_open *task;

    if (number == TRACE_NONE)
        return; /* begun before the trace, or ended twice, as is allowed */
    task = task_at(t, number);
    end(t, tally(&t->line->tasks, &notes->task_rows, task->name), task->since);
    hs_trace_ids_remove(&notes->tasks, id);
    task->since = INT64_MIN; /* unused */
    task->name = notes->unused_task;
    notes->unused_task = number;
}

static struct open_region *region_at(const struct trace *t, uint32_t region)
{
    return (struct open_region *)t->notes.open.at + region;
}

void hs_trace_region(struct trace *t, uint32_t life, uint64_t task,
                     uint32_t name)
{
    struct trace_notes *notes = &t->notes;
    struct trace_extra *extra = hs_trace_life_extra(t, life);
    struct hs_trace_tally *row =
        tally(&t->line->regions, &notes->region_rows, name);
    struct open_region region = {
        .task = task,
        .goroutine = hs_trace_life(t, life)->id,
        .since = t->now,
        .name = name,
        .below = extra->regions,
        .used = true,
    };
    uint32_t number = notes->unused_region;

    row->begun++;
    row->open++;
    if (number == 0) {
        hs_column_push(&notes->open, &region);
        number = (uint32_t)notes->open.count;
    } else {
        notes->unused_region = region_at(t, number - 1)->below;
        *region_at(t, number - 1) = region;
    }
    extra->regions = number;
}

/* The innermost region of EXTRA is no more. */
static void pop(struct trace *t, struct trace_extra *extra)
{
    struct open_region *region = region_at(t, extra->regions - 1);
    uint32_t below = region->below;

    region->used = false;
    region->below = t->notes.unused_region;
    t->notes.unused_region = extra->regions;
    extra->regions = below;
}

void hs_trace_region_end(struct trace *t, uint32_t life, uint64_t task,
                         uint32_t name)
{
    struct trace_extra *extra;
    const struct open_region *region;

    if (!hs_trace_life(t, life)->extra)
        return;
    extra = hs_trace_life_extra(t, life);
    if (!extra->regions)
        return; /* entered before the trace */
    region = region_at(t, extra->regions - 1);
    if (region->task != task || region->name != name) {
        hs_trace_odd(t);
        return;
    }
    end(t, tally(&t->line->regions, &t->notes.region_rows, name),
        region->since);
    pop(t, extra);
}

void hs_trace_regions_drop(struct trace *t, struct trace_extra *extra)
{
    while (extra->regions) {
        const struct open_region *region = region_at(t, extra->regions - 1);

        end(t, tally(&t->line->regions, &t->notes.region_rows, region->name),
            region->since);
        pop(t, extra);
    }
}

uint32_t hs_trace_region_name(const struct trace *t, uint32_t life)
{
    const struct trace_life *l = hs_trace_life(t, life);
    const struct trace_extra *extras = t->lives.extras.at;

    if (!l->extra || !extras[l->extra - 1].regions)
        return 0;
    return region_at(t, extras[l->extra - 1].regions - 1)->name;
}

void hs_trace_log(struct trace *t, uint32_t category, struct hs_str message)
{
    struct hs_column *messages = &t->notes.messages;
    struct hs_trace_tally *row =
        tally(&t->line->logs, &t->notes.log_rows, category);
    size_t number = (size_t)(row - (struct hs_trace_tally *)t->line->logs.at);

    row->begun++;
    if (number == messages->count)
        hs_column_push(messages, &message);
    ((struct hs_str *)messages->at)[number] = message;
}

void hs_trace_label(struct trace *t, uint32_t label)
{
    tally(&t->line->labels, &t->notes.label_rows, label)->begun++;
}

/* The most first, then in the order of the trace. */
static int by_begun(const void *a, const void *b)
{
    const struct hs_trace_tally *x = a, *y = b;

    if (x->open != y->open)
        return x->open > y->open ? -1 : 1;
    if (x->begun != y->begun)
        return x->begun > y->begun ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

static int by_time(const void *a, const void *b)
{
    const struct hs_trace_open *x = a, *y = b;

    if (x->since != y->since)
        return x->since < y->since ? -1 : 1;
    if (x->goroutine != y->goroutine)
        return x->goroutine < y->goroutine ? -1 : 1;
    if (x->task != y->task)
        return x->task < y->task ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

void hs_trace_notes_finish(struct trace *t)
{
    struct hs_timeline *line = t->line;
    const struct hs_trace_open *tasks = t->notes.open_tasks.at;
    const struct open_region *regions = t->notes.open.at;
    const struct hs_str *messages = t->notes.messages.at;
    struct hs_trace_tally *logs = line->logs.at;
    struct hs_column *tallies[] = {&line->tasks, &line->regions, &line->logs,
                                   &line->labels};

    for (size_t i = 0; i < t->notes.open_tasks.count; i++)
        if (tasks[i].since != INT64_MIN)
            hs_column_push(&line->open_tasks, &tasks[i]);
    for (size_t i = 0; i < t->notes.open.count; i++) {
        struct hs_trace_open region = {.task = regions[i].task,
                                       .goroutine = regions[i].goroutine,
                                       .name = regions[i].name,
                                       .since = regions[i].since};

        if (regions[i].used)
            hs_column_push(&line->open_regions, &region);
    }
    for (size_t i = 0; i < line->logs.count; i++)
        logs[i].last = hs_intern_add(&t->strings, messages[i]);
    hs_trace_sort(&line->open_tasks, by_time);
    hs_trace_sort(&line->open_regions, by_time);
    for (size_t i = 0; i < 4; i++)
        hs_trace_sort(tallies[i], by_begun);
}
