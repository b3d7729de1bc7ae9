/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finqueue.c - events of the finalizer queue as one JSON document: an array of
 * them, {"traceEvents": [...]} as Chrome has it, or one after the other.
 *
 * See model/finqueue.h for what an event is; other events are passed over.
 */
#include "model/finqueue.h"
#include "base/scan.h"
#include "format/format.h"

struct reading {
    struct hs_json_objects objects;
    struct hs_snapshot *snapshot;
    uint64_t found;
    struct hs_err first; /* the first object that is no JSON */
};

static void read_object(struct reading *r, struct hs_str text, uint64_t offset)
{
    struct hs_finqueue_event event;
    struct hs_json *json = hs_json_parse(text, offset, &r->first);

    if (!json)
        return;
    if (hs_finqueue_read(json, &event)) {
        hs_finqueue_add(hs_finqueue_of(r->snapshot), &event);
        r->found++;
    }
    hs_json_free(json);
}

static bool finish(const struct reading *r, struct hs_err *err)
{
    const struct hs_err *why = &r->objects.err;

    if (why->kind != HS_OK)
        return hs_fail(err, why->kind, why->offset, "%s", why->message);
    if (r->first.kind != HS_OK)
        return hs_fail(err, HS_EDATA, r->first.offset,
                       "an event is no good JSON: %s", r->first.message);
    if (r->objects.cut)
        return hs_fail(err, HS_ETRUNC, r->objects.window.offset,
                       "the last event is cut short");
    if (r->found == 0)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "there is no event 'runtime.finalizer.queue' in it");
    return true;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct reading r = {.snapshot = snapshot, .first = HS_ERR_NONE};
    struct hs_str text;
    uint64_t offset;

    hs_json_objects_open(&r.objects, input);
    while (hs_json_objects_next(&r.objects, &text, &offset))
        read_object(&r, text, offset);
    finish(&r, err);
    hs_json_objects_close(&r.objects);
    return err->kind == HS_OK;
}

static int probe(struct hs_cursor head)
{
    struct hs_cursor at = head;

    while (hs_scan_peek(&at) && memchr(" \t\r\n", hs_scan_peek(&at), 4))
        hs_cursor_take(&at, 1);
    if (hs_scan_peek(&at) != '[' && hs_scan_peek(&at) != '{')
        return 0;
    if (hs_scan_past(&at, "\"runtime.finalizer.queue\""))
        return 95;
    return hs_scan_past(&head, "\"traceEvents\"") ? 60 : 0;
}

const struct hs_format hs_format_finqueue = {
    .name = "finqueue",
    .title = "list of finalizer queue events (JSON)",
    .fills = HS_PART_FINQUEUE,
    .probe = probe,
    .decode = decode,
};
