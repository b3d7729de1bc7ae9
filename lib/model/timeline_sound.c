/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline_sound.c - what every decoder of traces promises, as a check.
 */
#include "model/timeline_sound.h"

static bool has_string(const struct hs_timeline *l, uint32_t string)
{
    return string < l->strings.count;
}

static bool has_stack(const struct hs_timeline *l, uint32_t stack)
{
    return stack < l->stacks.count;
}

/* A time of the trace, or before it. */
static bool is_time(const struct hs_timeline *l, int64_t t)
{
    return t >= HS_BEFORE_TRACE && t <= l->duration;
}

static const char *unsound_stacks(const struct hs_timeline *l)
{
    const struct hs_trace_frame *frames = l->frames.at;
    const struct hs_trace_stack *stacks = l->stacks.at;

    if (l->strings.count == 0 || hs_timeline_string(l, 0).size != 0)
        return "string 0";
    if (l->stacks.count == 0 || stacks[0].count != 0)
        return "stack 0";
    for (size_t i = 0; i < l->stacks.count; i++)
        if (stacks[i].first > l->frames.count ||
            stacks[i].count > l->frames.count - stacks[i].first)
            return "a stack's frames";
    for (size_t i = 0; i < l->frames.count; i++)
        if (!has_string(l, frames[i].function) ||
            !has_string(l, frames[i].file))
            return "a frame's string";
    return NULL;
}

static const char *unsound_curves(const struct hs_timeline *l)
{
    const struct hs_heap_sample *heap = l->heap.at;
    const struct hs_goroutine_sample *counts = l->counts.at;
    const struct hs_gc_cycle *cycles = l->cycles.at;

    for (size_t i = 0; i < l->heap.count; i++)
        if (heap[i].t < (i ? heap[i - 1].t : 0) || heap[i].t > l->duration)
            return "the time of a heap sample";
    if (l->heap_samples < l->heap.count)
        return "the number of heap samples";
    for (size_t i = 0; i < l->counts.count; i++)
        if (counts[i].t < (i ? counts[i - 1].t : 0) ||
            counts[i].t > l->duration)
            return "the time of a number of goroutines";
    if (l->counts.count < 2 || counts[0].count != l->goroutines_first ||
        counts[l->counts.count - 1].count != l->goroutines_last)
        return "the ends of the numbers of goroutines";
    if (l->goroutines_peak < l->goroutines_first ||
        l->goroutines_peak < l->goroutines_last)
        return "the peak of goroutines";
    for (size_t i = 0; i < l->cycles.count; i++)
        if (!is_time(l, cycles[i].start) || !is_time(l, cycles[i].end) ||
            cycles[i].stw < 0 || cycles[i].assist < 0 || cycles[i].sweep < 0)
            return "a time of a collection";
    return l->collections < l->cycles.count ? "the collections" : NULL;
}

static const char *unsound_group(const struct hs_timeline *l,
                                 const struct hs_trace_group *group,
                                 uint32_t *first_wait)
{
    const struct hs_trace_wait *waits = l->waits.at;
    uint64_t states = 0, waiting = 0;

    if (!has_string(l, group->function) || !has_stack(l, group->creation))
        return "a group's texts";
    if (group->alive != group->existed + group->started - group->ended)
        return "a group's sum";
    if (group->alive_at[HS_SLICES - 1] != group->alive)
        return "a group's last slice";
    for (unsigned i = 0; i < HS_TRACE_STATES; i++)
        states += group->states[i];
    if (states != group->alive)
        return "a group's states";
    if (group->wait_count > 0 && group->first_wait != *first_wait)
        return "where a group's waits are";
    for (uint32_t i = 0; i < group->wait_count; i++) {
        const struct hs_trace_wait *wait = &waits[*first_wait + i];

        waiting += wait->count;
        if (!has_string(l, wait->reason) || !has_stack(l, wait->stack))
            return "a wait's texts";
        if (!is_time(l, wait->oldest) || !is_time(l, wait->newest) ||
            wait->oldest > wait->newest)
            return "a wait's times";
    }
    *first_wait += group->wait_count;
    return waiting == group->alive ? NULL : "a group's waits";
}

static const char *unsound_goroutines(const struct hs_timeline *l)
{
    const struct hs_trace_group *groups = l->groups.at;
    const struct hs_trace_goroutine *g = l->goroutines.at;
    uint64_t existed = 0, started = 0, ended = 0;
    uint32_t first_wait = 0;

    for (size_t i = 0; i < l->groups.count; i++) {
        const char *what = unsound_group(l, &groups[i], &first_wait);

        if (what)
            return what;
        if (i > 0 && groups[i].alive > groups[i - 1].alive)
            return "the order of groups";
        existed += groups[i].existed;
        started += groups[i].started;
        ended += groups[i].ended;
    }
    if (existed != l->existed || started != l->started || ended != l->ended ||
        existed + started - ended != l->goroutines.count)
        return "the sum of groups";
    if (first_wait != l->waits.count)
        return "the sum of waits";
    for (size_t i = 0; i < l->goroutines.count; i++) {
        if (g[i].group >= l->groups.count || g[i].wait >= l->waits.count)
            return "a goroutine's group";
        if (i > 0 && g[i].id <= g[i - 1].id)
            return "the order of goroutines";
        if (!is_time(l, g[i].created) || !is_time(l, g[i].since))
            return "a goroutine's times";
    }
    return NULL;
}

static const char *unsound_finalizers(const struct hs_timeline *l)
{
    const struct hs_trace_finalizer *f = l->finalizers.at;
    const struct hs_trace_finalizer_function *u = l->finalizer_functions.at;

    for (size_t i = 0; i < l->finalizers.count; i++) {
        if (!has_string(l, f[i].function) || !has_string(l, f[i].running) ||
            !has_string(l, f[i].reason) || !has_stack(l, f[i].stack))
            return "a finalizer goroutine's texts";
        if (!is_time(l, f[i].since) || f[i].busy_ns < 0 || f[i].blocked_ns < 0)
            return "a finalizer goroutine's times";
        if (f[i].stuck && !f[i].busy)
            return "a stuck finalizer goroutine";
    }
    for (size_t i = 0; i < l->finalizer_functions.count; i++)
        if (u[i].finalizer >= l->finalizers.count ||
            !has_string(l, u[i].function) || !has_stack(l, u[i].stack) ||
            u[i].blocked < u[i].longest)
            return "a finalizer";
    return NULL;
}

static const char *unsound_objects(const struct hs_timeline *l)
{
    const struct hs_trace_heap *h = &l->objects;
    const struct hs_trace_type *types = h->types.at;
    const struct hs_trace_object *live = h->live.at;
    uint64_t objects = 0, bytes = 0;

    for (size_t i = 0; i < h->types.count; i++) {
        objects += types[i].objects;
        bytes += types[i].bytes;
        if (!has_string(l, types[i].name) || !has_string(l, types[i].region))
            return "a type's texts";
        if (types[i].group != HS_NO_GROUP && types[i].group >= l->groups.count)
            return "a type's group";
        if (types[i].bytes_at[HS_SLICES - 1] != types[i].bytes)
            return "a type's last slice";
    }
    if (objects != h->objects || bytes != h->bytes || objects != h->live.count)
        return "the sum of objects";
    for (size_t i = 0; i < h->live.count; i++) {
        if (live[i].type >= h->types.count ||
            (live[i].group != HS_NO_GROUP && live[i].group >= l->groups.count))
            return "an object's type or group";
        if (i > 0 && live[i].address <= live[i - 1].address)
            return "the order of objects";
    }
    return NULL;
}

static const char *unsound_notes(const struct hs_timeline *l)
{
    const struct hs_column *tallies[] = {&l->tasks, &l->regions, &l->logs,
                                         &l->labels};
    const struct hs_trace_open *tasks = l->open_tasks.at;
    const struct hs_trace_open *regions = l->open_regions.at;
    const struct hs_trace_stw *stw = l->stw.at;

    for (size_t k = 0; k < sizeof(tallies) / sizeof(*tallies); k++) {
        const struct hs_trace_tally *row = tallies[k]->at;

        for (size_t i = 0; i < tallies[k]->count; i++)
            if (!has_string(l, row[i].name) || !has_string(l, row[i].last) ||
                row[i].open > row[i].begun || row[i].total < row[i].longest)
                return "a row of annotations";
    }
    for (size_t i = 0; i < l->open_tasks.count; i++)
        if (!has_string(l, tasks[i].name) || !is_time(l, tasks[i].since))
            return "an open task";
    for (size_t i = 0; i < l->open_regions.count; i++)
        if (!has_string(l, regions[i].name) || !is_time(l, regions[i].since))
            return "an open region";
    for (size_t i = 0; i < l->stw.count; i++)
        if (!has_string(l, stw[i].kind) || stw[i].total < stw[i].longest)
            return "a stop of the world";
    return NULL;
}

const char *hs_timeline_unsound(const struct hs_timeline *timeline)
{
    static const char *(*const checks[])(const struct hs_timeline *) = {
        unsound_stacks,     unsound_curves,  unsound_goroutines,
        unsound_finalizers, unsound_objects, unsound_notes,
    };

    if (timeline->slice_ns < 1 || timeline->duration < 0)
        return "the time";
    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
        const char *what = checks[i](timeline);

        if (what)
            return what;
    }
    return NULL;
}
