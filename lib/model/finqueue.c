/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finqueue.c - what the queue of finalizers was like.
 */
#include "model/finqueue.h"

#include "base/scan.h"

struct hs_finqueue *hs_finqueue_of(struct hs_snapshot *snapshot)
{
    struct hs_arena *arena = &snapshot->arena;
    struct hs_finqueue *queue = snapshot->finqueue;

    snapshot->parts |= HS_PART_FINQUEUE;
    if (queue)
        return queue;
    queue = hs_arena_zeroed(arena, 1, sizeof(*queue));
    queue->arena = arena;
    queue->in_order = true;
    queue->functions = HS_COLUMN(struct hs_finqueue_function, arena);
    queue->issues = HS_COLUMN(struct hs_finalizer_issue, arena);
    hs_series_init(&queue->length, arena);
    hs_series_init(&queue->waiting, arena);
    hs_intern_init(&queue->names, arena, arena);
    hs_map_init(&queue->objects, arena, 64);
    hs_map_init(&queue->by_name, arena, 16);
    hs_map_init(&queue->by_pc, arena, 16);
    snapshot->finqueue = queue;
    return queue;
}

/* A number, or a text of one; false if JSON is neither. */
static bool read_number(const struct hs_json *json, uint64_t *number)
{
    struct hs_str text;
    struct hs_cursor scan;

    if (!json)
        return false;
    if (hs_json_as_unsigned(json, number))
        return true;
    if (!hs_json_as_text(json, &text))
        return false;
    scan = hs_cursor_over(text.text, text.size, 0);
    return (hs_scan_hex(&scan, number) || hs_scan_unsigned(&scan, number)) &&
           hs_cursor_left(&scan) == 0;
}

bool hs_finqueue_read(const struct hs_json *json,
                      struct hs_finqueue_event *event)
{
    const struct hs_json *args = hs_json_member(json, "args");
    const struct hs_json *function = hs_json_member(args, "fn");
    struct hs_str name;
    double micros;

    *event = (struct hs_finqueue_event){0};
    if (!hs_json_as_text(hs_json_member(json, "name"), &name) ||
        !hs_str_equal(name, hs_str_of("runtime.finalizer.queue")) ||
        !hs_json_as_number(hs_json_member(json, "ts"), &micros))
        return false;
    event->seconds = micros / 1e6;
    read_number(hs_json_member(args, "g"), &event->goroutine);
    read_number(hs_json_member(args, "obj"), &event->object);
    event->length_known =
        read_number(hs_json_member(args, "n"), &event->length);
    if (!read_number(function, &event->pc))
        hs_json_as_text(function, &event->function);
    return true;
}

static struct hs_finqueue_function *
function_of(struct hs_finqueue *queue, const struct hs_finqueue_event *event)
{
    uint32_t next = (uint32_t)queue->functions.count, found;
    struct hs_finqueue_function new = {.pc = event->pc,
                                       .first = event->seconds};

    if (event->function.size > 0) {
        uint32_t name = hs_intern_add(&queue->names, event->function);

        new.name = hs_intern_text(&queue->names, name);
        found = hs_map_add(&queue->by_name, name, next);
    } else {
        found = hs_map_add(&queue->by_pc, event->pc, next);
    }
    if (found == next)
        hs_column_push(&queue->functions, &new);
    return (struct hs_finqueue_function *)queue->functions.at + found;
}

static bool was_there(struct hs_finqueue *queue, uint64_t object)
{
    size_t known = queue->objects.count;

    hs_map_add(&queue->objects, object, 0);
    return queue->objects.count == known;
}

void hs_finqueue_add(struct hs_finqueue *queue,
                     const struct hs_finqueue_event *event)
{
    const double line[HS_SERIES_LINES] = {(double)event->length};
    struct hs_finqueue_function *function = function_of(queue, event);

    function->count++;
    function->last = event->seconds;
    if (event->object && was_there(queue, event->object)) {
        function->again++;
        queue->again++;
    }
    if (queue->events == 0)
        queue->first = event->seconds;
    else if (event->seconds < queue->last)
        queue->in_order = false;
    queue->events++;
    queue->last = event->seconds;
    if (event->length_known)
        hs_series_add(&queue->length, event->seconds, line);
    else
        queue->unknown++;
}

void hs_finqueue_waiting(struct hs_finqueue *queue, double time,
                         uint64_t finalizers, uint64_t cleanups)
{
    const double lines[HS_SERIES_LINES] = {
        (double)finalizers + (double)cleanups, (double)finalizers,
        (double)cleanups};

    hs_series_add(&queue->waiting, time, lines);
}

void hs_finqueue_issue(struct hs_finqueue *queue,
                       const struct hs_finalizer_issue *issue)
{
    struct hs_finalizer_issue kept = *issue;

    queue->issue_count++;
    if (queue->issues.count == HS_FINALIZER_ISSUES)
        return;
    kept.type = hs_str_copy(queue->arena, issue->type);
    kept.function = hs_str_copy(queue->arena, issue->function);
    kept.created = hs_str_copy(queue->arena, issue->created);
    hs_column_push(&queue->issues, &kept);
}
