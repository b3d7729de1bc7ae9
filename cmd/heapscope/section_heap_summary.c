/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_summary.c - is the dump sound, and where is the memory?
 */
#include "section_heap.h"

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

/* "98.1% of the live bytes, 57 012 of 98 674 objects" */
static const char *typed(const struct hs_case *c, struct hs_document *doc)
{
    const struct hs_totals *t = &c->base->totals;
    struct hs_shown share = hs_show_share((double)c->types->typed_bytes /
                                          (double)t->reachable_bytes);

    return hs_doc_printf(doc, "%s of the live bytes, %s of %s objects",
                         share.text,
                         hs_show_count((int64_t)c->types->typed_objects).text,
                         hs_show_count((int64_t)t->reachable_objects).text);
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

/* Bytes that the runtime has from the system and what it does with them.  The
 * lines add up to SYS - HEAP_RELEASED. */
struct places {
    uint64_t live, garbage, slack, idle, stacks, runtime, released, total;
};

static struct places places_of(const struct hs_case *c)
{
    const struct hs_memstats *m = &c->heap->memstats;
    uint64_t used = c->base->totals.bytes;
    struct places p = {.live = c->base->totals.reachable_bytes,
                       .garbage = c->base->totals.unreachable_bytes};

    if (!m->known)
        return p;
    p.slack = m->heap_inuse > used ? m->heap_inuse - used : 0;
    p.idle =
        m->heap_idle > m->heap_released ? m->heap_idle - m->heap_released : 0;
    p.stacks = m->stack_sys;
    p.runtime = m->mspan_sys + m->mcache_sys + m->buck_hash_sys + m->gc_sys +
                m->other_sys;
    p.released = m->heap_released;
    p.total = m->sys > m->heap_released ? m->sys - m->heap_released : 0;
    return p;
}

static void add_process(struct hs_run *run, const struct hs_case *c,
                        const struct places *p)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "process", NULL);
    bool known = c->heap->memstats.known;
    const struct {
        const char *key;
        bool known;
        uint64_t bytes;
    } fields[] = {
        {"rss", false, 0},
        {"live", true, p->live},
        {"garbage", true, p->garbage},
        {"span_slack", known, p->slack},
        {"idle", known, p->idle},
        {"released", known, p->released},
        {"stacks", known, p->stacks},
        {"runtime", known, p->runtime},
        {"outside_go", false, 0},
        {"limit", false, 0},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        hs_doc_field(doc, group, fields[i].key, NULL,
                     fields[i].known ? hs_heap_bytes(fields[i].bytes)
                                     : hs_value_null());
}

static void add_place(struct hs_run *run, struct hs_block *table,
                      const char *name, uint64_t bytes, const char *remark)
{
    struct hs_value row[] = {hs_value_text(name), hs_heap_bytes(bytes),
                             hs_value_text(remark)};

    hs_doc_row(run->doc, table, row);
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

static void show_places(struct hs_run *run, const struct hs_case *c,
                        const struct places *p)
{
    struct hs_document *doc = run->doc;
    struct hs_doc_column *columns =
        hs_arena_zeroed(doc->arena, 3, sizeof(*columns));
    struct hs_block *table;
    const char *stacks;

    columns[0] = (struct hs_doc_column){NULL, "", HS_UNIT_TEXT, HS_ROLE_PLAIN};
    columns[1] = (struct hs_doc_column){NULL, "", HS_UNIT_BYTES, HS_ROLE_PLAIN};
    columns[2] = (struct hs_doc_column){NULL, "", HS_UNIT_TEXT, HS_ROLE_PLAIN};
    if (p->total)
        columns[2].title = hs_doc_printf(doc, "of %s from the system",
                                         hs_show_bytes((int64_t)p->total).text);
    table =
        hs_doc_table(doc, doc->top, NULL, "Where the memory is", columns, 3);
    add_place(run, table, "live heap", p->live, "shares below are of this");
    if (c->heap->complete)
        add_place(run, table, "garbage", p->garbage, garbage_remark(c, doc));
    else
        add_place(run, table, "unreached", p->garbage,
                  "not reached from the roots that the dump still has");
    if (!p->total)
        return;
    stacks =
        hs_doc_printf(doc, "%s goroutine%s",
                      hs_show_count((int64_t)c->heap->goroutines.count).text,
                      c->heap->goroutines.count == 1 ? "" : "s");
    add_place(run, table, "stacks", p->stacks, stacks);
    add_place(run, table, "free slots", p->slack,
              "in pages that other objects keep");
    add_place(run, table, "idle pages", p->idle, "kept to be used again");
    add_place(run, table, "runtime", p->runtime,
              "its own tables; memory of cgo and mmap is not in a dump");
}

void hs_heap_summary_part(struct hs_run *run, const struct hs_case *c)
{
    struct places p = places_of(c);

    add_check(run, c);
    add_heap(run, c);
    add_process(run, c, &p);
    show_places(run, c, &p);
}
