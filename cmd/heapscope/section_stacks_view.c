/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks_view.c - the printed goroutines that are asked for, and how
 * what they do is said.
 */
#include "section_stacks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"

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
    const struct hs_stacks_view *v = context;
    const struct hs_stacks_group *x = hs_stacks_group_of(v, a),
                                 *y = hs_stacks_group_of(v, b);
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
static struct hs_stacks_row *count_states(struct hs_run *run,
                                          const struct hs_stacks *stacks)
{
    size_t count = stacks->goroutines.count;
    struct hs_stacks_goroutine *all =
        hs_arena_zeroed(run->scratch, count + 1, sizeof(*all));
    struct hs_stacks_row *rows =
        hs_arena_zeroed(run->scratch, stacks->groups.count + 1, sizeof(*rows));
    uint32_t alike = 0;

    memcpy(all, stacks->goroutines.at, count * sizeof(*all));
    qsort(all, count, sizeof(*all), by_group_and_state);
    for (size_t i = 0; i < count; i++) {
        struct hs_stacks_row *row = &rows[all[i].group];
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

bool hs_stacks_look(struct hs_run *run, const struct hs_regex *regex,
                    struct hs_stacks_view *v)
{
    const struct hs_stacks_group *groups;

    *v =
        (struct hs_stacks_view){.run = run, .stacks = run->snapshots[0].stacks};
    v->join = hs_stacks_joined(run);
    v->rows = count_states(run, v->stacks);
    groups = v->stacks->groups.at;
    for (uint32_t i = 0; i < v->stacks->groups.count; i++) {
        struct hs_stacks_row row = v->rows[i];

        if (!matches(v->stacks, regex, &groups[i]))
            continue;
        row.group = i;
        v->rows[v->count++] = row;
        v->goroutines += groups[i].count;
    }
    qsort_r(v->rows, v->count, sizeof(*v->rows), by_count, v);
    return v->count > 0;
}

struct hs_value hs_stacks_name(const struct hs_stacks_view *v, uint32_t string)
{
    struct hs_str text = hs_stacks_text(v->stacks, string);

    return text.size ? hs_value_name(text.text, text.size) : hs_value_null();
}

const char *hs_stacks_place(const struct hs_stacks_view *v,
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

struct hs_value hs_stacks_waited(const struct hs_stacks_row *row)
{
    struct hs_value value =
        hs_value_of(HS_UNIT_NANOS, (int64_t)row->most_minutes * 60000000000);

    value.flags |= HS_VALUE_AT_LEAST;
    return row->most_minutes ? value : hs_value_null();
}

void hs_stacks_heading(const struct hs_stacks_view *v)
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

void hs_stacks_stack_part(const struct hs_stacks_view *v,
                          struct hs_block *parent, const char *key,
                          const char *title, const struct hs_stacks_row *row,
                          uint32_t most)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "line", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
        {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    };
    const struct hs_stacks_group *group = hs_stacks_group_of(v, row);
    const struct hs_stacks_frame *frames =
        (const struct hs_stacks_frame *)v->stacks->frames.at;
    struct hs_block *table =
        hs_doc_table(v->run->doc, parent, key, title, columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (uint32_t i = 0; i < group->frame_count && (!most || i < most); i++) {
        const struct hs_stacks_frame *frame = &frames[group->first_frame + i];
        struct hs_value values[] = {
            hs_stacks_name(v, frame->function),
            hs_value_text(hs_stacks_place(v, frame)),
            hs_stacks_name(v, frame->file),
            hs_value_of(HS_UNIT_COUNT, frame->line),
        };

        hs_doc_row(v->run->doc, table, values);
    }
    if (most && group->frame_count > most)
        table->rows_left_out = group->frame_count - most;
}
