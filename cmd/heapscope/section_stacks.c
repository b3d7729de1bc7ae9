/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks.c - goroutines as the program printed them: groups of equal
 * stacks, what they wait for, since when, and who started them.
 */
#include "section_stacks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/regex.h"
#include "base/size.h"

#define USUAL_ROWS   20
#define FIRST_SCREEN 8
#define FRAMES_SHOWN 16
#define JSON_ROWS    1000

struct row {
    uint32_t group;
    uint32_t state; /* the most frequent one; string */
    uint32_t in_state, waiting, most_minutes, locked, leaked;
};

struct view {
    struct hs_run *run;
    const struct hs_stacks *stacks;
    struct hs_stacks_join join;
    struct row *rows;
    size_t count;
    uint64_t goroutines;
};

static const struct hs_stacks_group *group_of(const struct view *v,
                                              const struct row *row)
{
    return (const struct hs_stacks_group *)v->stacks->groups.at + row->group;
}

static struct hs_value text_of(const struct view *v, uint32_t string)
{
    struct hs_str text = hs_stacks_text(v->stacks, string);

    return text.size ? hs_value_name(text.text, text.size) : hs_value_null();
}

static bool matches(const struct hs_stacks *stacks,
                    const struct hs_regex *regex,
                    const struct hs_stacks_group *group)
{
    const struct hs_stacks_frame *frames = stacks->frames.at;

    if (!regex)
        return true;
    for (uint32_t i = 0; i < group->frame_count; i++)
        if (hs_regex_match(
                regex, hs_stacks_text(stacks,
                                      frames[group->first_frame + i].function)))
            return true;
    return hs_regex_match(regex,
                          hs_stacks_text(stacks, group->creator.function));
}

static int by_count(const void *a, const void *b, void *context)
{
    const struct view *v = context;
    const struct hs_stacks_group *x = group_of(v, a), *y = group_of(v, b);
    int order;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    order = hs_str_compare(hs_stacks_text(v->stacks, x->name),
                           hs_stacks_text(v->stacks, y->name));
    return order ? order : (x->first > y->first) - (x->first < y->first);
}

static int by_group_and_state(const void *a, const void *b)
{
    const struct hs_stacks_goroutine *x = a, *y = b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->state != y->state)
        return x->state < y->state ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Fills a row for each group from its goroutines. */
static struct row *count_states(struct hs_run *run,
                                const struct hs_stacks *stacks)
{
    size_t count = stacks->goroutines.count;
    struct hs_stacks_goroutine *all =
        hs_arena_zeroed(run->scratch, count + 1, sizeof(*all));
    struct row *rows =
        hs_arena_zeroed(run->scratch, stacks->groups.count + 1, sizeof(*rows));
    uint32_t alike = 0;

    memcpy(all, stacks->goroutines.at, count * sizeof(*all));
    qsort(all, count, sizeof(*all), by_group_and_state);
    for (size_t i = 0; i < count; i++) {
        struct row *row = &rows[all[i].group];
        bool same = i > 0 && all[i - 1].group == all[i].group &&
                    all[i - 1].state == all[i].state;

        alike = same ? alike + 1 : 1;
        if (alike > row->in_state) {
            row->in_state = alike;
            row->state = all[i].state;
        }
        row->waiting += all[i].minutes > 0;
        row->locked += all[i].locked;
        row->leaked += all[i].leaked;
        if (all[i].minutes > row->most_minutes)
            row->most_minutes = all[i].minutes;
    }
    return rows;
}

static bool make_view(struct hs_run *run, const struct hs_regex *regex,
                      struct view *v)
{
    const struct hs_stacks_group *groups;

    *v = (struct view){.run = run, .stacks = run->snapshots[0].stacks};
    v->join = hs_stacks_joined(run);
    v->rows = count_states(run, v->stacks);
    groups = v->stacks->groups.at;
    for (uint32_t i = 0; i < v->stacks->groups.count; i++) {
        struct row row = v->rows[i];

        if (!matches(v->stacks, regex, &groups[i]))
            continue;
        row.group = i;
        v->rows[v->count++] = row;
        v->goroutines += groups[i].count;
    }
    qsort_r(v->rows, v->count, sizeof(*v->rows), by_count, v);
    return v->count > 0;
}

/* "main.go:17" */
static const char *place(const struct view *v,
                         const struct hs_stacks_frame *frame)
{
    struct hs_str file = hs_stacks_text(v->stacks, frame->file);
    const char *slash = file.size ? memrchr(file.text, '/', file.size) : NULL;

    if (slash) {
        file.size -= (size_t)(slash + 1 - file.text);
        file.text = slash + 1;
    }
    if (!file.size)
        return "";
    return hs_doc_printf(v->run->doc, "%.*s:%" PRIu32, (int)file.size,
                         file.text, frame->line);
}

static struct hs_value minutes(const struct row *row)
{
    struct hs_value value =
        hs_value_of(HS_UNIT_NANOS, (int64_t)row->most_minutes * 60000000000);

    value.flags |= HS_VALUE_AT_LEAST;
    return row->most_minutes ? value : hs_value_null();
}

/* "chan receive", "chan receive, 3 of 20 otherwise" */
static struct hs_value state_of(const struct view *v, const struct row *row)
{
    uint32_t count = group_of(v, row)->count;
    struct hs_str state = hs_stacks_text(v->stacks, row->state);

    if (row->in_state == count)
        return hs_value_name(state.text, state.size);
    return hs_value_text(hs_doc_printf(v->run->doc, "%.*s (%" PRIu32 ")",
                                       (int)state.size, state.text,
                                       row->in_state));
}

static struct hs_value creator_of(const struct view *v, const struct row *row)
{
    const struct hs_stacks_frame *creator = &group_of(v, row)->creator;
    struct hs_str name = hs_stacks_text(v->stacks, creator->function);

    if (!name.size)
        return hs_value_null();
    return hs_value_text(hs_doc_printf(v->run->doc, "%.*s %s", (int)name.size,
                                       name.text, place(v, creator)));
}

/* Columns that have nothing to say are left out. */
static size_t choose_columns(const struct view *v,
                             struct hs_doc_column *columns, bool *aged,
                             bool *joined)
{
    size_t n = 0;

    *aged = false;
    *joined = v->join.known && v->join.one_process;
    for (size_t i = 0; i < v->count; i++)
        *aged |= v->rows[i].most_minutes > 0;
    columns[n++] =
        (struct hs_doc_column){NULL, NULL, HS_UNIT_NAME, HS_ROLE_PLAIN};
    columns[n++] =
        (struct hs_doc_column){NULL, "count", HS_UNIT_COUNT, HS_ROLE_PLAIN};
    columns[n++] =
        (struct hs_doc_column){NULL, "state", HS_UNIT_TEXT, HS_ROLE_PLAIN};
    if (*aged)
        columns[n++] = (struct hs_doc_column){NULL, "longest", HS_UNIT_NANOS,
                                              HS_ROLE_PLAIN};
    if (*joined)
        columns[n++] = (struct hs_doc_column){NULL, "in the dump",
                                              HS_UNIT_COUNT, HS_ROLE_PLAIN};
    columns[n++] =
        (struct hs_doc_column){NULL, "created by", HS_UNIT_TEXT, HS_ROLE_PLAIN};
    return n;
}

static void show_groups(const struct view *v, uint64_t limit)
{
    struct hs_document *doc = v->run->doc;
    struct hs_doc_column *columns =
        hs_arena_zeroed(doc->arena, 6, sizeof(*columns));
    bool aged, joined;
    size_t n = choose_columns(v, columns, &aged, &joined);
    struct hs_block *table =
        hs_doc_table(doc, doc->top, NULL, "Printed goroutines", columns, n);

    for (size_t i = 0; i < v->count && (!limit || i < limit); i++) {
        const struct row *row = &v->rows[i];
        struct hs_value values[6] = {
            text_of(v, group_of(v, row)->name),
            hs_value_of(HS_UNIT_COUNT, group_of(v, row)->count),
            state_of(v, row),
        };

        n = 3;
        if (!hs_stacks_text(v->stacks, group_of(v, row)->name).size)
            values[0] = hs_value_text("(no frames)");
        if (aged)
            values[n++] = minutes(row);
        if (joined)
            values[n++] =
                hs_value_of(HS_UNIT_COUNT, v->join.in_dump[row->group]);
        values[n++] = creator_of(v, row);
        hs_doc_row(doc, table, values);
    }
    if (limit && v->count > limit)
        table->rows_left_out = v->count - limit;
}

/* MOST 0: all frames. */
static void add_stack(const struct view *v, struct hs_block *parent,
                      const char *key, const char *title, const struct row *row,
                      uint32_t most)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "line", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
        {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    };
    const struct hs_stacks_group *group = group_of(v, row);
    const struct hs_stacks_frame *frames =
        (const struct hs_stacks_frame *)v->stacks->frames.at;
    struct hs_block *table =
        hs_doc_table(v->run->doc, parent, key, title, columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (uint32_t i = 0; i < group->frame_count && (!most || i < most); i++) {
        const struct hs_stacks_frame *frame = &frames[group->first_frame + i];
        struct hs_value values[] = {
            text_of(v, frame->function),
            hs_value_text(place(v, frame)),
            text_of(v, frame->file),
            hs_value_of(HS_UNIT_COUNT, frame->line),
        };

        hs_doc_row(v->run->doc, table, values);
    }
    if (most && group->frame_count > most)
        table->rows_left_out = group->frame_count - most;
}

static void show_stacks(const struct view *v)
{
    const struct hs_stacks_goroutine *all = v->stacks->goroutines.at;
    size_t most = v->run->target ? 3 : 1;

    for (size_t i = 0; i < v->count && i < most; i++) {
        const struct hs_stacks_group *group = group_of(v, &v->rows[i]);
        struct hs_str name = hs_stacks_text(v->stacks, group->name);

        if (group->frame_count)
            add_stack(
                v, hs_doc_group(v->run->doc, v->run->doc->top, NULL, NULL),
                NULL,
                hs_doc_printf(v->run->doc, "%.*s: stack of goroutine %" PRIu64,
                              (int)name.size, name.text, all[group->first].id),
                &v->rows[i], FRAMES_SHOWN);
    }
}

static void tell_group(const struct view *v, struct hs_block *item,
                       const struct row *row)
{
    struct hs_document *doc = v->run->doc;
    const struct hs_stacks_group *group = group_of(v, row);
    const struct hs_stacks_goroutine *all = v->stacks->goroutines.at;
    const struct hs_stacks_frame *creator = &group->creator;
    const struct {
        const char *key;
        uint64_t count;
    } counts[] = {
        {"count", group->count},
        {"in_state", row->in_state},
        {"waiting", row->waiting},
        {"longest_minutes", row->most_minutes},
        {"locked", row->locked},
        {"leaked", row->leaked},
        {"frames_elided", group->elided},
    };

    hs_doc_field(doc, item, "name", NULL, text_of(v, group->name));
    hs_doc_field(doc, item, "state", NULL, text_of(v, row->state));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        hs_doc_field(doc, item, counts[i].key, NULL,
                     hs_value_of(HS_UNIT_COUNT, (int64_t)counts[i].count));
    hs_doc_field(doc, item, "created_by", NULL, text_of(v, creator->function));
    hs_doc_field(doc, item, "created_file", NULL, text_of(v, creator->file));
    hs_doc_field(doc, item, "created_line", NULL,
                 creator->function ? hs_value_of(HS_UNIT_COUNT, creator->line)
                                   : hs_value_null());
    hs_doc_field(doc, item, "example", NULL,
                 hs_value_of(HS_UNIT_COUNT,
                             (int64_t)(all[group->first].id & INT64_MAX)));
    hs_doc_field(doc, item, "in_dump", NULL,
                 v->join.known
                     ? hs_value_of(HS_UNIT_COUNT, v->join.in_dump[row->group])
                     : hs_value_null());
    add_stack(v, item, "stack", NULL, row, 0);
}

static void tell_programs(const struct view *v)
{
    struct hs_document *doc = v->run->doc;
    uint64_t limit = hs_run_limit(v->run, JSON_ROWS);
    struct hs_block *group =
        hs_doc_group(doc, doc->top, "printed_goroutines", NULL);
    struct hs_block *list;

    hs_doc_field(doc, group, "count", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)v->goroutines));
    hs_doc_field(doc, group, "moments", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)v->stacks->moments));
    hs_doc_field(doc, group, "reason", NULL,
                 v->stacks->reason.size ? hs_value_name(v->stacks->reason.text,
                                                        v->stacks->reason.size)
                                        : hs_value_null());
    hs_doc_field(doc, group, "same_process", NULL,
                 v->join.known ? hs_value_bool(v->join.one_process)
                               : hs_value_null());
    list = hs_doc_list(doc, group, "groups", NULL);
    for (size_t i = 0; i < v->count && (!limit || i < limit); i++)
        tell_group(v, hs_doc_group(doc, list, NULL, NULL), &v->rows[i]);
}

/* What a group does in the goroutine that runs finalizers. */
static struct hs_str finalizer_of(const struct view *v,
                                  const struct hs_stacks_group *group)
{
    const struct hs_stacks_frame *frames =
        (const struct hs_stacks_frame *)v->stacks->frames.at;

    for (uint32_t i = 1; i < group->frame_count; i++)
        if (hs_stacks_runs_finalizers(hs_stacks_text(
                v->stacks, frames[group->first_frame + i].function))) {
            struct hs_str caller = hs_stacks_text(
                v->stacks, frames[group->first_frame + i - 1].function);

            /* Idle: it waits for work itself. */
            if (caller.size >= 8 && memcmp(caller.text, "runtime.", 8) == 0)
                return (struct hs_str){0};
            return caller;
        }
    return (struct hs_str){0};
}

static void tell_finalizers(const struct view *v)
{
    const struct hs_stacks_goroutine *all = v->stacks->goroutines.at;

    for (size_t i = 0; i < v->count; i++) {
        const struct hs_stacks_group *group = group_of(v, &v->rows[i]);
        struct hs_str function = finalizer_of(v, group);
        struct hs_str state = hs_stacks_text(v->stacks, v->rows[i].state);

        if (!function.size)
            continue;
        hs_doc_note(v->run->doc, v->run->doc->top,
                    "goroutine %" PRIu64 ", which runs finalizers, is in "
                    "%.*s [%.*s]%s: all others wait for it.",
                    all[group->first].id, (int)function.size, function.text,
                    (int)state.size, state.text,
                    v->rows[i].most_minutes
                        ? hs_doc_printf(v->run->doc,
                                        " for %" PRIu32 " minutes or more",
                                        v->rows[i].most_minutes)
                        : "");
    }
}

static void tell_notes(const struct view *v)
{
    struct hs_document *doc = v->run->doc;
    const struct hs_stacks *stacks = v->stacks;
    uint64_t leaked = 0;

    for (size_t i = 0; i < v->count; i++)
        leaked += v->rows[i].leaked;
    if (leaked)
        hs_doc_note(doc, doc->top,
                    "%s of them the runtime itself calls leaked: nothing can "
                    "wake them any more.",
                    hs_show_count((int64_t)leaked).text);
    tell_finalizers(v);
    if (stacks->left_out)
        hs_doc_note(doc, doc->top, "%s goroutines more are not counted.",
                    hs_show_count((int64_t)stacks->left_out).text);
    if (stacks->moments > 1)
        hs_doc_note(doc, doc->top,
                    "Goroutines were printed at %s moments; these are of the "
                    "one with the most of them, at byte %" PRIu64 ".",
                    hs_show_count((int64_t)stacks->moments).text,
                    stacks->offset);
    if (v->join.known && !v->join.one_process)
        hs_doc_note(doc, doc->top,
                    "They are not those of the dump: %" PRIu32 " have an id "
                    "that is in it, %" PRIu32 " of these do the same in both. "
                    "The two are of different processes.",
                    v->join.common, v->join.alike);
    else if (v->join.known)
        hs_doc_note(doc, doc->top,
                    "They are of the dump's process: %" PRIu32 " of %zu are in "
                    "it, too.",
                    v->join.alike, stacks->goroutines.count);
}

/* The heading of all that follows. */
static void tell_total(const struct view *v)
{
    struct hs_document *doc = v->run->doc;
    struct hs_str reason = v->stacks->reason;
    const char *title = hs_doc_printf(
        doc, "%s goroutine%s printed, in %s group%s%s%.*s",
        hs_show_count((int64_t)v->goroutines).text,
        v->goroutines == 1 ? "" : "s", hs_show_count((int64_t)v->count).text,
        v->count == 1 ? "" : "s", reason.size ? ": " : "", (int)reason.size,
        reason.text);

    hs_doc_group(doc, doc->top, NULL, title);
}

/* What --fail-on reads, unless a dump says how many there are. */
static void add_digest(const struct view *v)
{
    struct hs_run *run = v->run;

    if (!run->digest || (run->snapshots[0].parts & HS_PART_HEAP))
        return;
    for (size_t i = 0; i < v->count; i++) {
        const struct hs_stacks_group *group = group_of(v, &v->rows[i]);

        hs_digest_add(run->digest,
                      (struct hs_digest_row){
                          .kind = "goroutines",
                          .name = hs_stacks_text(v->stacks, group->name),
                          .objects = group->count,
                          .metric = HS_METRIC_OWN});
    }
}

bool hs_stacks_analyze_section(struct hs_run *run, struct hs_err *err)
{
    struct view v;

    (void)err;
    make_view(run, NULL, &v);
    tell_total(&v);
    show_groups(&v, hs_run_limit(run, FIRST_SCREEN));
    tell_notes(&v);
    tell_programs(&v);
    add_digest(&v);
    return true;
}

bool hs_stacks_goroutines_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_regex *regex = NULL;
    struct view v;

    if (run->target) {
        regex = hs_regex_compile(run->scratch, hs_str_of(run->target), err);
        if (!regex)
            return false;
    }
    if (!make_view(run, regex, &v))
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no goroutine has a function that matches '%.80s'",
                       run->target);
    tell_total(&v);
    show_groups(&v, hs_run_limit(run, USUAL_ROWS));
    show_stacks(&v);
    tell_notes(&v);
    tell_programs(&v);
    return true;
}
