/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goroutines.c - the command goroutines: groups of equal stacks, what they
 * wait for and what they hold.
 */
#include <stdlib.h>

#include "base/regex.h"
#include "base/size.h"
#include "group_names.h"
#include "model/lens.h"
#include "report/stream.h"
#include "section_heap.h"
#include "section_timeline.h"

#define USUAL_ROWS   20
#define USUAL_STACKS 1 /* shown frame by frame */
#define FRAMES_SHOWN 16

struct group_row {
    uint32_t holder;
    const struct hs_goroutine_group *group;
    uint64_t retained, owned, stacks;
};

static const struct hs_frame *frames_of(const struct hs_case *c,
                                        const struct hs_goroutine_group *group,
                                        uint32_t *count)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)c->heap->goroutines.at + group->first;

    *count = g->frame_count;
    if (*count == 0)
        return NULL;
    return (const struct hs_frame *)c->heap->frames.at + g->first_frame;
}

static bool matches(const struct hs_case *c, const struct hs_regex *regex,
                    const struct hs_goroutine_group *group)
{
    uint32_t count;
    const struct hs_frame *frames = frames_of(c, group, &count);

    if (!regex)
        return true;
    for (uint32_t i = 0; i < count; i++)
        if (hs_regex_match(regex, frames[i].function))
            return true;
    return false;
}

/* What costs most, heap and stacks together, first. */
static int by_cost(const void *a, const void *b)
{
    const struct group_row *x = a, *y = b;
    uint64_t costs = x->owned + x->stacks, other = y->owned + y->stacks;

    if (costs != other)
        return costs < other ? 1 : -1;
    if (x->group->goroutines != y->group->goroutines)
        return x->group->goroutines < y->group->goroutines ? 1 : -1;
    return hs_str_compare(x->group->name, y->group->name);
}

static struct group_row *find_groups(struct hs_run *run,
                                     const struct hs_case *c,
                                     const struct hs_regex *regex,
                                     size_t *count)
{
    struct group_row *rows = hs_arena_zeroed(
        run->scratch, c->holders->group_count + 1, sizeof(*rows));

    *count = 0;
    for (uint32_t h = 0; h < c->holders->holder_count; h++) {
        const struct hs_holder *holder = &c->holders->holders[h];
        const struct hs_goroutine_group *group;

        if (holder->kind != HS_HOLDER_GROUP)
            continue;
        group = &c->holders->groups[holder->record];
        if (!matches(c, regex, group))
            continue;
        rows[(*count)++] = (struct group_row){
            .holder = h,
            .group = group,
            .retained = hs_retention_bytes(
                c->retention, hs_retention_holder(c->retention, h)),
            .owned = hs_retention_owned(c->retention, h),
            .stacks = group->stack_bytes,
        };
    }
    qsort(rows, *count, sizeof(*rows), by_cost);
    return rows;
}

static const char *status_of(const struct hs_case *c,
                             const struct hs_goroutine_group *group)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)c->heap->goroutines.at + group->first;

    switch (g->status) {
    case HS_G_RUNNABLE:
        return "runnable";
    case HS_G_RUNNING:
        return "running";
    case HS_G_SYSCALL:
        return "in a system call";
    default:
        return "waiting";
    }
}

/* What the first of the group that waits does so for, or else what the first
 * one does. */
static struct hs_value state_of(const struct hs_case *c,
                                const struct hs_goroutine_group *group)
{
    if (group->wait_reason.size)
        return hs_heap_name(group->wait_reason);
    return hs_value_text(status_of(c, group));
}

static const struct hs_group_names *name_rows(struct hs_run *run,
                                              const struct hs_case *c,
                                              const struct group_row *rows,
                                              size_t count)
{
    const struct hs_goroutine_group **groups =
        hs_arena_alloc(run->scratch, (count + 1) * sizeof(*groups));

    for (size_t i = 0; i < count; i++)
        groups[i] = rows[i].group;
    return hs_group_names_new(c, groups, count, run->scratch);
}

static void show_groups(struct hs_run *run, const struct hs_case *c,
                        const struct group_row *rows, size_t count,
                        uint64_t limit)
{
    static const struct hs_doc_column columns[] = {
        {NULL, NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "count", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "waits for", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "before last GC", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "alone", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "with partners", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "stacks", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, NULL, "Goroutines", columns,
                     sizeof(columns) / sizeof(columns[0]));
    const struct hs_group_names *names = name_rows(run, c, rows, count);

    for (size_t i = 0; i < count && (!limit || i < limit); i++) {
        const struct hs_goroutine_group *group = rows[i].group;
        struct hs_value values[] = {
            hs_group_name(run, names, group),
            hs_heap_count_of(group->goroutines),
            state_of(c, group),
            hs_heap_count_of(group->old),
            hs_heap_bytes(rows[i].retained),
            hs_heap_bytes(rows[i].owned),
            hs_heap_stacks_value(hs_heap_stacks(c, rows[i].holder)),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (limit && count > limit)
        table->rows_left_out = count - limit;
}

/* What the frame FRAME of a goroutine retains.  *AT is the first of its
 * holders, which are in the order of frames, that may be it; it moves on. */
static uint64_t frame_bytes(const struct hs_case *c, uint32_t *at, uint32_t end,
                            uint32_t frame)
{
    const struct hs_holder *holders = c->holders->holders;

    while (*at < end && holders[*at].record < frame)
        ++*at;
    if (*at == end || holders[*at].record != frame)
        return 0;
    return hs_retention_bytes(c->retention,
                              hs_retention_holder(c->retention, *at));
}

/* The holder of the goroutine whose stack is shown for GROUP. */
static uint32_t first_goroutine(const struct hs_case *c, uint32_t holder)
{
    const struct hs_holder *holders = c->holders->holders;
    uint32_t first = c->holders->groups[holders[holder].record].first;

    for (uint32_t g = holders[holder].first_child;
         g < holders[holder + 1].first_child; g++)
        if (holders[g].record == first)
            return g;
    return holders[holder].first_child;
}

/* "main.go:52"; null if unknown. */
static struct hs_value place_value(struct hs_run *run,
                                   const struct hs_place *place)
{
    struct hs_stack_line line = {.file = place->file, .line = place->line};

    return place->line && place->file.size
               ? hs_value_text(hs_heap_line(run, &line))
               : hs_value_null();
}

/* ", started at main.go:119", if that is known of GOROUTINE. */
static const char *started_at(struct hs_run *run, const struct hs_case *c,
                              const struct hs_goroutine *goroutine)
{
    struct hs_place place = hs_lens_place(c->heap, goroutine->gopc - 1);
    struct hs_stack_line line = {.file = place.file, .line = place.line};

    if (!place.line || place.file.text[0] == '<') /* <autogenerated>, main's */
        return "";
    return hs_doc_printf(run->doc, ", started at %s", hs_heap_line(run, &line));
}

static const struct hs_doc_column with_lines[] = {
    {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {NULL, "line", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
    {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {"stack_bytes", "frame", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"retained_bytes", "holds", HS_UNIT_BYTES, HS_ROLE_PLAIN},
};
/* Without an executable there are none. */
static const struct hs_doc_column without_lines[] = {
    {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {NULL, "line", HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
    {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
    {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {"stack_bytes", "frame", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"retained_bytes", "holds", HS_UNIT_BYTES, HS_ROLE_PLAIN},
};

/* The frames of one goroutine of a group; innermost first.  MOST 0: all. */
static void add_stack(struct hs_run *run, const struct hs_case *c,
                      struct hs_block *parent, const char *title,
                      const struct group_row *row, uint32_t most)
{
    const struct hs_holder *holders = c->holders->holders;
    uint32_t count, goroutine = first_goroutine(c, row->holder);
    uint32_t at = holders[goroutine].first_child;
    const struct hs_frame *frames = frames_of(c, row->group, &count);
    const struct hs_frame *all = c->heap->frames.at;
    struct hs_block *table =
        hs_doc_table(run->doc, parent, "stack", title,
                     c->heap->names ? with_lines : without_lines,
                     sizeof(with_lines) / sizeof(with_lines[0]));

    for (uint32_t i = 0; i < count && (!most || i < most); i++) {
        /* Its pc is where it goes on, in the call or behind it. */
        struct hs_place place = hs_lens_place(c->heap, frames[i].pc - 1);
        struct hs_value values[] = {
            hs_heap_name(frames[i].function),
            place_value(run, &place),
            hs_heap_name(place.file),
            place.line ? hs_heap_count_of(place.line) : hs_value_null(),
            hs_heap_bytes(frames[i].memory.size),
            hs_heap_bytes(frame_bytes(c, &at,
                                      holders[goroutine + 1].first_child,
                                      (uint32_t)(&frames[i] - all))),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (most && count > most)
        table->rows_left_out = count - most;
}

static void show_stacks(struct hs_run *run, const struct hs_case *c,
                        const struct group_row *rows, size_t count)
{
    const struct hs_goroutine *goroutines = c->heap->goroutines.at;
    size_t most = run->target ? 3 : USUAL_STACKS;

    for (size_t i = 0; i < count && i < most; i++)
        add_stack(run, c, hs_doc_group(run->doc, run->doc->top, NULL, NULL),
                  hs_doc_printf(
                      run->doc, "%.*s: stack of goroutine %llu%s",
                      (int)rows[i].group->name.size, rows[i].group->name.text,
                      (unsigned long long)goroutines[rows[i].group->first].id,
                      started_at(run, c, &goroutines[rows[i].group->first])),
                  &rows[i], FRAMES_SHOWN);
}

/* What tell_group() has to know. */
struct telling {
    struct hs_run *run;
    const struct hs_case *c;
    const struct group_row *rows;
};

static void tell_group(struct hs_document *doc, struct hs_block *list,
                       uint64_t number, void *context)
{
    const struct telling *telling = context;
    const struct hs_case *c = telling->c;
    const struct group_row *row = &telling->rows[number];
    const struct hs_goroutine_group *group = row->group;
    const struct hs_goroutine *first =
        (const struct hs_goroutine *)c->heap->goroutines.at + group->first;
    struct hs_block *item = hs_doc_group(doc, list, NULL, NULL);

    hs_doc_field(doc, item, "name", NULL, hs_heap_name(group->name));
    hs_doc_field(doc, item, "count", NULL, hs_heap_count_of(group->goroutines));
    hs_doc_field(doc, item, "status", NULL, hs_value_text(status_of(c, group)));
    hs_doc_field(doc, item, "wait_reason", NULL,
                 hs_heap_name(group->wait_reason));
    hs_doc_field(doc, item, "before_last_gc", NULL,
                 hs_heap_count_of(group->old));
    hs_doc_field(doc, item, "system", NULL, hs_value_bool(group->system));
    hs_doc_field(doc, item, "retained_bytes", NULL,
                 hs_heap_bytes(row->retained));
    hs_doc_field(doc, item, "owned_bytes", NULL, hs_heap_bytes(row->owned));
    hs_doc_field(doc, item, "stack_bytes", NULL, hs_heap_bytes(row->stacks));
    hs_doc_field(doc, item, "example", NULL, hs_heap_count_of(first->id));
    add_stack(telling->run, c, item, NULL, row, 0);
}

static void tell_programs(struct hs_run *run, const struct hs_case *c,
                          const struct group_row *rows, size_t count)
{
    struct telling telling = {run, c, rows};
    uint64_t limit = hs_heap_json_limit(run);

    hs_doc_stream(run->doc,
                  hs_doc_list(run->doc, run->doc->top, "goroutines", NULL),
                  limit && limit < count ? limit : count, tell_group,
                  hs_arena_copy(run->scratch, &telling, sizeof(telling)));
}

static void add_total(struct hs_run *run, const struct hs_case *c,
                      const struct group_row *rows, size_t count)
{
    uint64_t goroutines = 0, stacks = 0;
    struct hs_document *doc = run->doc;
    const struct hs_memstats *stats = &c->heap->memstats;

    for (size_t i = 0; i < count; i++) {
        goroutines += rows[i].group->goroutines;
        stacks += rows[i].stacks;
    }
    hs_doc_field(doc, doc->top, "count", NULL, hs_heap_count_of(goroutines));
    hs_doc_field(doc, doc->top, "groups", NULL, hs_heap_count_of(count));
    hs_doc_field(doc, doc->top, "stack_bytes", NULL, hs_heap_bytes(stacks));
    hs_doc_note(doc, doc->top,
                "%s goroutine%s in %s group%s, with frames of %s%s%s",
                hs_show_count((int64_t)goroutines).text,
                goroutines == 1 ? "" : "s", hs_show_count((int64_t)count).text,
                count == 1 ? "" : "s", hs_show_bytes((int64_t)stacks).text,
                stats->known && !run->target ? "; their stacks take " : "",
                stats->known && !run->target
                    ? hs_show_bytes((int64_t)stats->stack_inuse).text
                    : "");
}

/* What TARGET matches, in *REGEX; NULL if there is no target. */
static bool compile_target(struct hs_run *run, const struct hs_regex **regex,
                           struct hs_err *err)
{
    *regex = NULL;
    if (run->target)
        *regex = hs_regex_compile(run->scratch, hs_str_of(run->target), err);
    return *regex || !run->target;
}

static bool dumped_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_case *c = hs_look_case(run, 0, err);
    const struct hs_regex *regex;
    const struct group_row *rows;
    size_t count;

    if (!c || !compile_target(run, &regex, err))
        return false;
    rows = find_groups(run, c, regex, &count);
    if (run->target && count == 0)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no goroutine has a function that matches '%.80s'",
                       run->target);
    add_total(run, c, rows, count);
    show_groups(run, c, rows, count, hs_run_limit(run, USUAL_ROWS));
    show_stacks(run, c, rows, count);
    tell_programs(run, c, rows, count);
    return true;
}

/* A dump tells more; a trace beside it, what of that has not ended. */
static bool traced_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_regex *regex;

    if (run->snapshots[0].parts & HS_PART_HEAP)
        return hs_timeline_join_part(run, run->doc->top, err);
    if (!compile_target(run, &regex, err))
        return false;
    return hs_timeline_goroutines_answer(run, regex, err);
}

static bool goroutines_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_HEAP, dumped_section},
        {HS_PART_TIMELINE, traced_section},
        {HS_PART_STACKS, hs_stacks_goroutines_section},
        {0, NULL},
    };

    return hs_sections_all(run, sections, err);
}

const struct hs_command command_goroutines = {
    .name = "goroutines",
    .summary = "groups of goroutines, what they wait for and what they hold",
    .arguments = "[REGEX] FILE...",
    .details =
        "Goroutines whose stacks have the same functions are one group. "
        "'before last GC' says how many of them have not run since before "
        "the last garbage collection. alone is what goes when the group goes; "
        "with partners adds what it shares with other goroutines only "
        "through what it owns. With REGEX, only groups that have a function "
        "it matches, with their stacks. Of a trace: those that have not ended, "
        "what has grown most first. Goroutines that the program has "
        "printed (a panic, SIGQUIT, goroutine?debug=2) are told with what "
        "they wait for, since when, and who started them.",
    .takes = HS_TAKES_TARGET,
    .needs = HS_PART_HEAP | HS_PART_TIMELINE | HS_PART_STACKS,
    .run = goroutines_run,
};
