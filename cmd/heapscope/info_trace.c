/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info_trace.c - what info tells of an execution trace: how long, how much,
 * and of what there is anything in it.
 */
#include "info.h"

#include "model/timeline.h"

static void count(struct hs_document *doc, struct hs_block *group,
                  const char *key, const char *title, uint64_t n)
{
    hs_doc_field(doc, group, key, title,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)n));
}

/* A number that most traces have not: only JSON always has it. */
static void if_any(struct hs_document *doc, struct hs_block *group,
                   const char *key, const char *title, uint64_t n)
{
    count(doc, group, key, n ? title : NULL, n);
}

static void origin(struct hs_document *doc, struct hs_block *group,
                   const struct hs_timeline *line)
{
    bool ticks = line->clock_hz == 0;

    hs_doc_field(
        doc, group, "version", "format of",
        hs_value_text(hs_arena_printf(doc->arena, "Go 1.%u", line->version)));
    if (line->wall)
        hs_doc_field(doc, group, "time_ns", "taken",
                     hs_value_of(HS_UNIT_TIME, line->wall));
    hs_doc_field(doc, group, "duration_ns", "lasted",
                 ticks ? hs_value_null()
                       : hs_value_of(HS_UNIT_NANOS, line->duration));
    if (ticks)
        count(doc, group, "duration_ticks", "lasted, in ticks",
              (uint64_t)line->duration);
    if_any(doc, group, "procs", "GOMAXPROCS", line->procs);
}

static void events(struct hs_document *doc, struct hs_block *group,
                   const struct hs_timeline *line)
{
    count(doc, group, "events", "events", line->events);
    count(doc, group, "batches", "batches", line->batches);
    if_any(doc, group, "generations", "generations", line->generations);
    if_any(doc, group, "partial_generations", "of those cut short",
           line->partial_generations);
    if_any(doc, group, "unknown_batches", "batches with unknown events",
           line->unknown_batches);
    if_any(doc, group, "resynced", "events that do not fit", line->resynced);
    if_any(doc, group, "cpu_samples", "CPU samples", line->cpu_samples);
}

static void contents(struct hs_document *doc, struct hs_block *group,
                     const struct hs_timeline *line)
{
    const struct hs_trace_heap *heap = &line->objects;

    count(doc, group, "heap_samples", "heap sizes", line->heap_samples);
    count(doc, group, "collections", "collections", line->collections);
    count(doc, group, "goroutines", "goroutines",
          line->existed + line->started);
    count(doc, group, "goroutines_existed", "existed before", line->existed);
    count(doc, group, "goroutines_started", "started", line->started);
    count(doc, group, "goroutines_ended", "ended", line->ended);
    count(doc, group, "finalizer_goroutines", "run finalizers or cleanups",
          line->finalizers.count);
    if_any(doc, group, "open_tasks", "open tasks", line->open_tasks.count);
    if_any(doc, group, "open_regions", "open regions",
           line->open_regions.count);
    hs_doc_field(doc, group, "has_objects", NULL, hs_value_bool(heap->known));
    if (!heap->known)
        return;
    count(doc, group, "allocated_objects", "objects allocated",
          heap->allocated);
    count(doc, group, "live_objects", "live at the end", heap->objects);
    hs_doc_field(doc, group, "live_bytes", "of size",
                 hs_value_of(HS_UNIT_BYTES, (int64_t)heap->bytes));
}

void hs_info_trace(struct hs_document *doc, struct hs_block *file,
                   const struct hs_timeline *line)
{
    struct hs_block *group =
        hs_doc_group(doc, file, "trace", "execution trace");

    origin(doc, group, line);
    events(doc, group, line);
    contents(doc, group, line);
}
