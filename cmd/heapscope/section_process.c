/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_process.c - where the memory of the process is: parts that add up to
 * its RSS, or without one to what Go has from the system.
 */
#include "section_process.h"

#include "base/size.h"
#include "model/profile.h"

static struct hs_value value_of(const struct hs_waterfall_part *part)
{
    struct hs_value value = hs_value_of(HS_UNIT_BYTES, (int64_t)part->bytes);

    if (!part->known)
        return hs_value_null();
    if (part->about)
        value.flags |= HS_VALUE_ABOUT;
    return value;
}

static void tell_programs(struct hs_run *run, const struct hs_waterfall *w,
                          const struct hs_process *process)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "process", NULL);
    const struct hs_waterfall_part rss = {.bytes = w->total,
                                          .known = w->rss_known};
    const struct {
        const char *key;
        const struct hs_waterfall_part *part;
    } fields[] = {
        {"rss", &rss},
        {"live", &w->live},
        {"garbage", &w->garbage},
        {"span_slack", &w->slack},
        {"idle", &w->idle},
        {"released", &w->released},
        {"stacks", &w->stacks},
        {"runtime", &w->runtime},
        {"outside_go", &w->outside},
        {"limit", &w->limit},
        {"heap_objects", &w->heap},
        {"huge_pages_kept", &w->huge},
        {"not_resident", &w->untouched},
        {"unknown", &w->rest},
    };

    /* The first ten are always there; the others where they are known. */
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (i < 10 || fields[i].part->known)
            hs_doc_field(doc, group, fields[i].key, NULL,
                         value_of(fields[i].part));
    if (w->rss_known)
        hs_doc_field(doc, group, "rss_by", NULL,
                     hs_value_text(hs_witness_name(w->rss_by)));
    if (w->go_known)
        hs_doc_field(doc, group, "memstats_by", NULL,
                     hs_value_text(hs_witness_name(w->go_by)));
    if (process)
        hs_process_facts_fields(run, group, process);
}

struct table {
    struct hs_run *run;
    const struct hs_waterfall *w;
    const struct hs_process *process;
    struct hs_block *block;
};

static void add_row(const struct table *t, const char *name,
                    const struct hs_waterfall_part *part, const char *remark)
{
    double all = t->w->total ? (double)t->w->total : 1;
    struct hs_value values[] = {
        hs_value_text(name),
        value_of(part),
        hs_value_share((double)part->bytes / all),
        hs_value_text(remark),
    };

    if (!part->known)
        return;
    if (!t->w->rss_known)
        values[2] = values[3];
    hs_doc_row(t->run->doc, t->block, values);
}

static const char *live_remark(const struct table *t)
{
    switch (t->w->live_by) {
    case HS_BY_GCTRACE:
        return "after the last GC in the log";
    case HS_BY_SAMPLES:
        return "by the samples of the heap profile";
    case HS_BY_DUMP:
        return "reached from a root";
    default:
        return "after the last GC";
    }
}

static const char *garbage_remark(const struct table *t)
{
    uint64_t next;

    if (!hs_process_knows(t->process, HS_FACT_NEXT_GC, &next) ||
        next >= (uint64_t)1 << 60)
        return "the next GC frees it";
    return hs_doc_printf(t->run->doc, "the next GC, at %s, frees it",
                         hs_show_bytes((int64_t)next).text);
}

static const char *stacks_remark(const struct table *t)
{
    uint64_t count;

    if (!hs_process_knows(t->process, HS_FACT_GOROUTINES, &count))
        return "of goroutines";
    return hs_doc_printf(t->run->doc, "%s goroutine%s",
                         hs_show_count((int64_t)count).text,
                         count == 1 ? "" : "s");
}

/* "program and libraries 2.2 MiB; the rest is cgo, mmap and threads" */
static const char *outside_remark(const struct table *t)
{
    struct hs_document *doc = t->run->doc;
    uint64_t file, heap;
    const char *text = "";

    if (!hs_process_knows(t->process, HS_FACT_MAPPED, &file) &&
        !hs_process_knows(t->process, HS_FACT_RSS_FILE, &file))
        return "program, libraries, cgo, mmap";
    text = hs_doc_printf(doc, "program and files %s",
                         hs_show_bytes((int64_t)file).text);
    if (hs_process_knows(t->process, HS_FACT_C_HEAP, &heap) && heap > 0)
        text = hs_doc_printf(doc, "%s, [heap] of C %s", text,
                             hs_show_bytes((int64_t)heap).text);
    if (file + (uint64_t)(1 << 20) >= t->w->outside.bytes)
        return text;
    return hs_doc_printf(doc, "%s; else cgo, mmap, threads", text);
}

static struct hs_block *start_table(struct hs_run *run,
                                    const struct hs_waterfall *w)
{
    struct hs_document *doc = run->doc;
    struct hs_doc_column *columns =
        hs_arena_zeroed(doc->arena, 4, sizeof(*columns));
    size_t last = w->rss_known ? 3 : 2;

    columns[0] = (struct hs_doc_column){NULL, "", HS_UNIT_TEXT, HS_ROLE_PLAIN};
    columns[1] = (struct hs_doc_column){NULL, "", HS_UNIT_BYTES, HS_ROLE_PLAIN};
    columns[2] =
        (struct hs_doc_column){NULL, NULL, HS_UNIT_SHARE, HS_ROLE_PLAIN};
    columns[last] =
        (struct hs_doc_column){NULL, "", HS_UNIT_TEXT, HS_ROLE_PLAIN};
    if (w->rss_known)
        columns[last].title = hs_doc_printf(
            doc, "of %s resident (%s)", hs_show_bytes((int64_t)w->total).text,
            hs_witness_name(w->rss_by));
    else if (w->go_known)
        columns[last].title =
            hs_doc_printf(doc, "of %s from the system",
                          hs_show_bytes((int64_t)w->total).text);
    return hs_doc_table(doc, doc->top, NULL, "Where the memory is", columns,
                        last + 1);
}

/* What only makes the sum whole is shown when it is something. */
static void add_balance(const struct table *t)
{
    const struct hs_waterfall *w = t->w;
    struct hs_value values[] = {
        hs_value_text("not resident"),
        hs_value_delta(HS_UNIT_BYTES, -(int64_t)w->untouched.bytes),
        hs_value_null(),
        hs_value_text("of Go's, but never touched, or swapped out"),
    };

    if (w->huge.bytes)
        add_row(t, "huge pages", &w->huge,
                "given back by Go, but kept by huge pages");
    add_row(t, "outside Go", &w->outside, outside_remark(t));
    add_row(t, "not told apart", &w->rest,
            w->live.known ? "garbage, idle pages, stacks, or outside Go"
                          : "Go's, or outside of it");
    if (w->untouched.bytes && w->rss_known)
        hs_doc_row(t->run->doc, t->block, values);
}

static void show_people(struct hs_run *run, const struct hs_waterfall *w,
                        const struct hs_process *process,
                        const struct hs_process_remarks *r)
{
    struct table t = {.run = run, .w = w, .process = process};

    if (!w->rss_known && !w->go_known && w->live_by != HS_BY_DUMP)
        return;
    t.block = start_table(run, w);
    add_row(&t, "live heap", &w->live, r->live ? r->live : live_remark(&t));
    add_row(&t, r->damaged ? "unreached" : "garbage", &w->garbage,
            r->garbage ? r->garbage : garbage_remark(&t));
    add_row(&t, "heap objects", &w->heap,
            "live and garbage; a dump or gctrace tells which");
    add_row(&t, "stacks", &w->stacks,
            r->stacks ? r->stacks : stacks_remark(&t));
    add_row(&t, "free slots", &w->slack, "in pages that other objects keep");
    add_row(&t, "idle pages", &w->idle, "kept to be used again");
    add_row(&t, "runtime", &w->runtime,
            w->rss_known
                ? "its own tables"
                : "its own tables; RSS unknown: add /proc/PID/smaps_rollup");
    add_balance(&t);
}

/* What no row of the sum has. */
static void show_facts(struct hs_run *run, const struct hs_process *process)
{
    static const struct {
        const char *title;
        enum hs_fact_name fact;
        enum hs_unit unit;
    } rows[] = {
        {"peak", HS_FACT_RSS_PEAK, HS_UNIT_BYTES},
        {"swapped out", HS_FACT_SWAP, HS_UNIT_BYTES},
        {"huge pages", HS_FACT_HUGE_PAGES, HS_UNIT_BYTES},
        {"threads", HS_FACT_THREADS, HS_UNIT_COUNT},
        {"group uses", HS_FACT_GROUP_USED, HS_UNIT_BYTES},
        {"group's limit", HS_FACT_GROUP_LIMIT, HS_UNIT_BYTES},
    };
    struct hs_block *group = NULL;
    uint64_t value;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (hs_process_knows(process, rows[i].fact, &value) && value > 0 &&
            value <= INT64_MAX) {
            if (!group)
                group = hs_doc_group(run->doc, run->doc->top, NULL, "Process");
            hs_doc_field(run->doc, group, NULL, rows[i].title,
                         hs_value_of(rows[i].unit, (int64_t)value));
        }
    if (group && process->group_unlimited &&
        !hs_process_knows(process, HS_FACT_GROUP_LIMIT, &value))
        hs_doc_field(run->doc, group, NULL, "group's limit",
                     hs_value_text("none"));
}

void hs_process_waterfall_part(struct hs_run *run,
                               const struct hs_waterfall_heap *heap,
                               const struct hs_process_remarks *remarks)
{
    const struct hs_process *process = run->snapshots[0].process;
    struct hs_waterfall w;

    hs_waterfall_fill(&w, process, heap);
    tell_programs(run, &w, process);
    show_people(run, &w, process, remarks);
    if (!process)
        return;
    hs_process_fit_part(run, process);
    hs_process_verdict_part(run, &w, process);
    show_facts(run, process);
}

bool hs_process_analyze_section(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_process_remarks none;

    (void)err;
    /* With a dump it is told there, where live and garbage are known. */
    if (!(run->snapshots[0].parts & HS_PART_HEAP))
        hs_process_waterfall_part(run, NULL, &none);
    return true;
}

/* What is in use by a heap profile, about; false if it is none. */
static bool in_use(const struct hs_profile *profile, uint64_t *bytes)
{
    size_t type = 0;

    while (type < profile->type_count &&
           !hs_str_equal(hs_profile_string(profile, profile->types[type].type),
                         hs_str_of("inuse_space")))
        type++;
    if (type == profile->type_count || profile->duration_nanos != 0)
        return false;
    *bytes = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        int64_t value = profile->values[i * profile->type_count + type];

        if (value < 0 || __builtin_add_overflow(*bytes, (uint64_t)value, bytes))
            return false;
    }
    return true;
}

/* A peak below what is resident is that of an earlier moment. */
static void drop_old_peak(struct hs_process *process)
{
    uint64_t rss, peak;

    if (hs_process_knows(process, HS_FACT_RSS, &rss) &&
        hs_process_knows(process, HS_FACT_RSS_PEAK, &peak) && peak < rss)
        process->facts[HS_FACT_RSS_PEAK] = (struct hs_fact){0};
}

void hs_process_take_others(struct hs_run *run)
{
    struct hs_snapshot *snapshot = &run->snapshots[0];
    uint64_t bytes;

    if (run->options->rss)
        hs_process_say(hs_process_of(snapshot), HS_FACT_RSS, run->options->rss,
                       HS_BY_USER);
    if ((snapshot->parts & HS_PART_PROCESS) &&
        (snapshot->parts & HS_PART_PROFILE) &&
        in_use(snapshot->profile, &bytes))
        hs_process_say(snapshot->process, HS_FACT_HEAP_LIVE, bytes,
                       HS_BY_SAMPLES);
    drop_old_peak(snapshot->process);
}
