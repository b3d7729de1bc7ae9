/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_queue.c - events of the finalizer queue, one a line.
 *
 * A logger may have put something before the object, and after it.
 */
#include "format/log.h"

#include "model/finqueue.h"

#define EVENT_MOST 4096

/* The object that LINE has from its first bracket on, up to the last. */
static bool find_object(struct hs_cursor line, struct hs_str *object)
{
    struct hs_cursor scan = line;
    const uint8_t *open, *close;

    if (!hs_scan_past(&scan, "\"runtime.finalizer.queue\""))
        return false;
    open = memrchr(line.at, '{', (size_t)(scan.at - line.at));
    close = memrchr(line.at, '}', hs_cursor_left(&line));
    if (!open || !close || close < open || close - open > EVENT_MOST)
        return false;
    *object = (struct hs_str){(const char *)open, (size_t)(close - open) + 1};
    return true;
}

static bool knows(struct hs_cursor line)
{
    struct hs_str object;

    return find_object(line, &object);
}

static bool take(struct log *log, struct hs_cursor line)
{
    struct hs_finqueue_event event;
    struct hs_err err = HS_ERR_NONE;
    struct hs_json *json;
    struct hs_str object;

    if (!find_object(line, &object))
        return false;
    json = hs_json_parse(object, line.offset, &err);
    if (json && hs_finqueue_read(json, &event))
        hs_finqueue_add(hs_finqueue_of(log->snapshot), &event);
    if (json)
        hs_json_free(json);
    else
        log->cut = true;
    return json != NULL;
}

const struct log_taker log_queue = {
    .marks = ".q",
    .one = "finalizer queued",
    .many = "finalizers queued",
    .knows = knows,
    .take = take,
};
