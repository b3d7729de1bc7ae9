/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_summary.c - is the dump sound, and where is the memory?
 */
#include "section_heap.h"
#include "section_process.h"

#include "base/size.h"
#include "model/goversion.h"

/* "3 912 440 objects, 702.4 MiB" */
static const char *amount(struct hs_document *doc, uint64_t objects,
                          uint64_t bytes)
{
    return hs_doc_printf(
        doc, "%s object%s, %s", hs_show_count((int64_t)objects).text,
        objects == 1 ? "" : "s", hs_show_bytes((int64_t)bytes).text);
}

static bool agrees(const struct hs_case *c)
{
    const struct hs_memstats *stats = &c->heap->memstats;

    return stats->known && stats->heap_objects == c->base->totals.objects &&
           stats->heap_alloc == c->base->totals.bytes;
}

/* What a dump that was cut short does not have, in the order of the file. */
static const char *missing(const struct hs_case *c, struct hs_document *doc)
{
    const struct hs_heap *heap = c->heap;

    if (heap->goroutines.count == 0)
        return "It ends before its goroutines and variables, so that nobody "
               "can be named who holds anything.";
    if (heap->segments.count == 0)
        return "It ends before its variables: what only they hold counts as "
               "unreachable.";
    if (heap->segments.count == 1)
        return hs_doc_printf(doc,
                             "It ends before the second of its two segments "
                             "of variables: what only that holds counts as "
                             "unreachable.");
    if (!heap->memstats.known)
        return "It ends before its MemStats: finalizers may be missing, and "
               "nothing tells how many objects there should be.";
    return "It ends among its allocation samples; all else is there.";
}

static const char *checked(const struct hs_case *c, struct hs_document *doc)
{
    const struct hs_memstats *stats = &c->heap->memstats;
    const char *here =
        amount(doc, c->base->totals.objects, c->base->totals.bytes);

    if (!stats->known)
        return hs_doc_printf(doc, "%s; no MemStats to compare with", here);
    if (agrees(c))
        return hs_doc_printf(doc, "%s = MemStats", here);
    return hs_doc_printf(doc, "%s, but MemStats says %s", here,
                         amount(doc, stats->heap_objects, stats->heap_alloc));
}

/* "98.1% of the live bytes, 57 012 of 98 674 objects; of the rest 40 000 are
 * slots of 16 B that small values share" */
static const char *typed(const struct hs_case *c, struct hs_document *doc)
{
    const struct hs_totals *t = &c->base->totals;
    struct hs_shown share = hs_show_share((double)c->types->typed_bytes /
                                          (double)t->reachable_bytes);
    const struct hs_type_row *tiny = hs_heap_tiny(c->types);
    const char *rest = "";

    if (tiny)
        rest = hs_doc_printf(doc,
                             "; of the rest %s are slots of 16 B that small "
                             "values share",
                             hs_show_count((int64_t)tiny->objects).text);
    return hs_doc_printf(
        doc, "%s of the live bytes, %s of %s objects%s", share.text,
        hs_show_count((int64_t)c->types->typed_objects).text,
        hs_show_count((int64_t)t->reachable_objects).text, rest);
}

static void add_check(struct hs_run *run, const struct hs_case *c)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, NULL, NULL);

    hs_doc_field(doc, group, NULL, "checked", hs_value_text(checked(c, doc)));
    if (c->heap->names && c->base->totals.reachable_bytes)
        hs_doc_field(doc, group, NULL, "typed", hs_value_text(typed(c, doc)));
    if (!c->heap->complete)
        hs_doc_field(doc, group, NULL, "partial",
                     hs_value_text(missing(c, doc)));
}

static void add_heap(struct hs_run *run, const struct hs_case *c)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "heap", NULL);
    const struct hs_totals *t = &c->base->totals;
    const struct {
        const char *key;
        uint64_t value;
        enum hs_unit unit;
    } fields[] = {
        {"objects", t->objects, HS_UNIT_COUNT},
        {"bytes", t->bytes, HS_UNIT_BYTES},
        {"reachable_objects", t->reachable_objects, HS_UNIT_COUNT},
        {"reachable_bytes", t->reachable_bytes, HS_UNIT_BYTES},
        {"unreachable_objects", t->unreachable_objects, HS_UNIT_COUNT},
        {"unreachable_bytes", t->unreachable_bytes, HS_UNIT_BYTES},
        {"typed_objects", c->types->typed_objects, HS_UNIT_COUNT},
        {"typed_bytes", c->types->typed_bytes, HS_UNIT_BYTES},
    };
    uint32_t runtime = HS_NO_RECORD;
    bool known = c->holders->runtime_told_apart;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        hs_doc_field(doc, group, fields[i].key, NULL,
                     hs_value_of(fields[i].unit, (int64_t)fields[i].value));
    for (uint32_t h = 0; h < c->holders->holder_count; h++)
        if (c->holders->holders[h].kind == HS_HOLDER_RUNTIME)
            runtime = hs_retention_holder(c->retention, h);
    known = known && runtime != HS_NO_RECORD;
    hs_doc_field(
        doc, group, "runtime_objects", NULL,
        known ? hs_heap_count_of(hs_retention_objects(c->retention, runtime))
              : hs_value_null());
    hs_doc_field(doc, group, "runtime_bytes", NULL,
                 known
                     ? hs_heap_bytes(hs_retention_bytes(c->retention, runtime))
                     : hs_value_null());
    hs_doc_field(doc, group, "agrees", NULL,
                 c->heap->memstats.known ? hs_value_bool(agrees(c))
                                         : hs_value_null());
}

/* From Go 1.26 on, a cleanup shows in a dump, but not what its argument is. */
static bool has_hidden_arguments(const struct hs_case *c)
{
    if (hs_goversion_minor(c->heap->go_version) < 26)
        return false;
    for (uint32_t h = 0; h < c->holders->holder_count; h++)
        if (c->holders->holders[h].kind == HS_HOLDER_CLEANUPS &&
            hs_retention_objects(c->retention,
                                 hs_retention_holder(c->retention, h)))
            return true;
    return false;
}

static const char *garbage_remark(const struct hs_case *c,
                                  struct hs_document *doc)
{
    const struct hs_memstats *stats = &c->heap->memstats;
    const char *who = "no root reaches it", *what = "most of it";

    if (c->base->totals.unreachable_objects == 0)
        return who;
    if (has_hidden_arguments(c)) {
        who = "only cleanups may hold it";
        what = "the rest";
    }
    if (!stats->known || stats->next_gc >= (uint64_t)1 << 60)
        return hs_doc_printf(doc, "%s; the next GC frees %s", who, what);
    return hs_doc_printf(doc, "%s; the next GC, at %s, frees %s", who,
                         hs_show_bytes((int64_t)stats->next_gc).text, what);
}

static void add_places(struct hs_run *run, const struct hs_case *c)
{
    struct hs_document *doc = run->doc;
    const struct hs_waterfall_heap heap = {
        .live = c->base->totals.reachable_bytes,
        .garbage = c->base->totals.unreachable_bytes};
    struct hs_process_remarks remarks = {
        .live = "shares below are of this",
        .garbage = c->heap->complete
                       ? garbage_remark(c, doc)
                       : "not reached from the roots that the dump still has",
        .stacks = hs_doc_printf(
            doc, "%s goroutine%s",
            hs_show_count((int64_t)c->heap->goroutines.count).text,
            c->heap->goroutines.count == 1 ? "" : "s"),
        .damaged = !c->heap->complete,
    };

    hs_process_waterfall_part(run, &heap, &remarks);
}

void hs_heap_summary_part(struct hs_run *run, const struct hs_case *c)
{
    add_check(run, c);
    add_heap(run, c);
    add_places(run, c);
}
