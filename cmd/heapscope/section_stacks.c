/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks.c - goroutines as the program printed them: groups of equal
 * stacks, what they wait for, since when, and who started them.
 */
#include "section_stacks.h"

#include <inttypes.h>

#include "base/size.h"
#include "report/stream.h"

#define USUAL_ROWS   20
#define FIRST_SCREEN 8
#define FRAMES_SHOWN 16
#define JSON_ROWS    1000

/* "chan receive", "chan receive, 3 of 20 otherwise" */
static struct hs_value state_of(const struct hs_stacks_view *v,
                                const struct hs_stacks_row *row)
{
    uint32_t count = hs_stacks_group_of(v, row)->count;
    struct hs_str state = hs_stacks_text(v->stacks, row->state);

    if (row->in_state == count)
        return hs_value_name(state.text, state.size);
    return hs_value_text(hs_doc_printf(v->run->doc, "%.*s (%" PRIu32 ")",
                                       (int)state.size, state.text,
                                       row->in_state));
}

static struct hs_value creator_of(const struct hs_stacks_view *v,
                                  const struct hs_stacks_row *row)
{
    const struct hs_stacks_frame *creator =
        &hs_stacks_group_of(v, row)->creator;
    struct hs_str name = hs_stacks_text(v->stacks, creator->function);

    if (!name.size)
        return hs_value_null();
    return hs_value_text(hs_doc_printf(v->run->doc, "%.*s %s", (int)name.size,
                                       name.text, hs_stacks_place(v, creator)));
}

/* Columns that have nothing to say are left out. */
static size_t choose_columns(const struct hs_stacks_view *v,
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

static void show_groups(const struct hs_stacks_view *v, uint64_t limit)
{
    struct hs_document *doc = v->run->doc;
    struct hs_doc_column *columns =
        hs_arena_zeroed(doc->arena, 6, sizeof(*columns));
    bool aged, joined;
    size_t n = choose_columns(v, columns, &aged, &joined);
    struct hs_block *table =
        hs_doc_table(doc, doc->top, NULL, "Printed goroutines", columns, n);

    for (size_t i = 0; i < v->count && (!limit || i < limit); i++) {
        const struct hs_stacks_row *row = &v->rows[i];
        struct hs_value values[6] = {
            hs_stacks_name(v, hs_stacks_group_of(v, row)->name),
            hs_value_of(HS_UNIT_COUNT, hs_stacks_group_of(v, row)->count),
            state_of(v, row),
        };

        n = 3;
        if (!hs_stacks_text(v->stacks, hs_stacks_group_of(v, row)->name).size)
            values[0] = hs_value_text("(no frames)");
        if (aged)
            values[n++] = hs_stacks_waited(row);
        if (joined)
            values[n++] =
                hs_value_of(HS_UNIT_COUNT, v->join.in_dump[row->group]);
        values[n++] = creator_of(v, row);
        hs_doc_row(doc, table, values);
    }
    if (limit && v->count > limit)
        table->rows_left_out = v->count - limit;
}

static void show_stacks(const struct hs_stacks_view *v)
{
    const struct hs_stacks_goroutine *all = v->stacks->goroutines.at;
    size_t most = v->run->target ? 3 : 1;

    for (size_t i = 0; i < v->count && i < most; i++) {
        const struct hs_stacks_group *group =
            hs_stacks_group_of(v, &v->rows[i]);
        struct hs_str name = hs_stacks_text(v->stacks, group->name);

        if (group->frame_count)
            hs_stacks_stack_part(
                v, hs_doc_group(v->run->doc, v->run->doc->top, NULL, NULL),
                NULL,
                hs_doc_printf(v->run->doc, "%.*s: stack of goroutine %" PRIu64,
                              (int)name.size, name.text, all[group->first].id),
                &v->rows[i], FRAMES_SHOWN);
    }
}

static void tell_group(struct hs_document *doc, struct hs_block *list,
                       uint64_t number, void *context)
{
    const struct hs_stacks_view *v = context;
    const struct hs_stacks_row *row = &v->rows[number];
    struct hs_block *item = hs_doc_group(doc, list, NULL, NULL);
    const struct hs_stacks_group *group = hs_stacks_group_of(v, row);
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

    hs_doc_field(doc, item, "name", NULL, hs_stacks_name(v, group->name));
    hs_doc_field(doc, item, "state", NULL, hs_stacks_name(v, row->state));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        hs_doc_field(doc, item, counts[i].key, NULL,
                     hs_value_of(HS_UNIT_COUNT, (int64_t)counts[i].count));
    hs_doc_field(doc, item, "created_by", NULL,
                 hs_stacks_name(v, creator->function));
    hs_doc_field(doc, item, "created_file", NULL,
                 hs_stacks_name(v, creator->file));
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
    hs_stacks_stack_part(v, item, "stack", NULL, row, 0);
}

static void tell_programs(const struct hs_stacks_view *v)
{
    struct hs_document *doc = v->run->doc;
    uint64_t limit = hs_run_limit(v->run, JSON_ROWS);
    struct hs_block *group =
        hs_doc_group(doc, doc->top, "printed_goroutines", NULL);

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
    hs_stacks_growth_part(v->run, group, v->stacks);
    hs_doc_stream(doc, hs_doc_list(doc, group, "groups", NULL),
                  limit && limit < v->count ? limit : v->count, tell_group,
                  hs_arena_copy(v->run->scratch, v, sizeof(*v)));
}

/* Of several moments, which one this is; and how it went from the first to the
 * last in the same file. */
static void tell_moments(const struct hs_stacks_view *v)
{
    struct hs_document *doc = v->run->doc;
    const struct hs_stacks *stacks = v->stacks;
    const char *went = "";

    if (stacks->moments < 2)
        return;
    if (stacks->last.rows.count > 0)
        went = hs_doc_printf(doc, ": %s at the first, %s at the last",
                             hs_show_count(stacks->first.total).text,
                             hs_show_count(stacks->last.total).text);
    hs_doc_note(doc, doc->top,
                "Goroutines were printed at %s moments%s; these are of the one "
                "with the most of them, at byte %" PRIu64 " of %s.",
                hs_show_count((int64_t)stacks->moments).text, went,
                stacks->offset,
                strcmp(stacks->path, "-") ? stacks->path : "standard input");
}

static void tell_notes(const struct hs_stacks_view *v)
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
    hs_stacks_tell_finalizers(v);
    if (stacks->left_out)
        hs_doc_note(doc, doc->top, "%s goroutines more are not counted.",
                    hs_show_count((int64_t)stacks->left_out).text);
    tell_moments(v);
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

/* What --fail-on reads, unless a dump says how many there are. */
static void add_digest(const struct hs_stacks_view *v)
{
    struct hs_run *run = v->run;

    if (run->digest && !(run->snapshots[0].parts & HS_PART_HEAP))
        hs_stacks_digest(v->stacks, run->digest, run->scratch);
}

bool hs_stacks_analyze_section(struct hs_run *run, struct hs_err *err)
{
    struct hs_stacks_view v;

    (void)err;
    hs_stacks_look(run, NULL, &v);
    hs_stacks_heading(&v);
    show_groups(&v, hs_run_limit(run, FIRST_SCREEN));
    tell_programs(&v);
    tell_notes(&v);
    add_digest(&v);
    return true;
}

bool hs_stacks_goroutines_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_regex *regex = NULL;
    struct hs_stacks_view v;

    if (run->target) {
        regex = hs_regex_compile(run->scratch, hs_str_of(run->target), err);
        if (!regex)
            return false;
    }
    if (!hs_stacks_look(run, regex, &v))
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no goroutine has a function that matches '%.80s'",
                       run->target);
    hs_stacks_heading(&v);
    show_groups(&v, hs_run_limit(run, USUAL_ROWS));
    show_stacks(&v);
    tell_programs(&v);
    tell_notes(&v);
    return true;
}
