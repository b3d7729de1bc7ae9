/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finalizers.c - the command finalizers: every function that finalizes, how
 * many objects wait for it, and why it has not run.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/size.h"
#include "model/lens.h"
#include "section_heap.h"
#include "section_timeline.h"

#define USUAL_ROWS 20

struct function_row {
    uint32_t holder;
    uint64_t pc;
    struct hs_str name; /* empty: not known */
    struct hs_str type; /* of its objects; empty: not known */
    uint64_t registered, queued, retained;
    uint64_t cycles;
    bool running;
    struct hs_origin origin;
};

/* The goroutine that runs finalizers, and which one it runs. */
struct finalizer_goroutine {
    const struct hs_goroutine *goroutine; /* NULL: none */
    const struct hs_frame *function;      /* NULL: it runs none */
};

static bool runs_finalizers(struct hs_str function)
{
    return hs_str_equal(function, hs_str_of("runtime.runfinq")) ||
           hs_str_equal(function, hs_str_of("runtime.runFinalizers"));
}

/* A damaged dump may have a million functions, frames and types. */
struct index {
    struct hs_map functions; /* finalizer_functions by their pc */
    struct hs_map frames;    /* the first with that entry */
    struct hs_map types;     /* by address, those with a whole name */
    struct hs_map cycles;    /* proved suspects by their holder */
    struct hs_suspects suspects;
};

static struct index *make_index(const struct hs_case *c, struct hs_arena *arena)
{
    struct index *index = hs_arena_zeroed(arena, 1, sizeof(*index));
    const struct hs_frame *frames = c->heap->frames.at;
    const struct hs_type_record *types = c->heap->types.at;
    const struct hs_suspect *suspects;
    uint32_t functions = (uint32_t)c->holders->finalizer_function_count;

    hs_map_init(&index->functions, arena, functions);
    for (uint32_t i = 0; i < functions; i++)
        hs_map_add(&index->functions, c->holders->finalizer_functions[i], i);
    hs_map_init(&index->frames, arena, 256);
    for (uint32_t i = 0; i < c->heap->frames.count; i++)
        hs_map_add(&index->frames, frames[i].entry, i);
    hs_map_init(&index->types, arena, c->heap->types.count);
    for (uint32_t i = 0; i < c->heap->types.count; i++)
        if (types[i].name.size &&
            types[i].name.text[types[i].name.size - 1] != '.')
            hs_map_add(&index->types, types[i].type, i);
    index->suspects = hs_findings_run(c);
    suspects = index->suspects.rows.at;
    hs_map_init(&index->cycles, arena, 256);
    for (uint32_t i = 0; i < index->suspects.rows.count; i++)
        if (suspects[i].grade == HS_GRADE_PROVED)
            hs_map_add(&index->cycles, suspects[i].unit, i);
    return index;
}

/* Frames go from the innermost out: the function that runfinq called is the
 * last one before it whose entry some finalizer has. */
static struct finalizer_goroutine find_goroutine(const struct hs_case *c,
                                                 const struct index *index)
{
    const struct hs_goroutine *all = c->heap->goroutines.at;
    const struct hs_frame *frames = c->heap->frames.at;
    struct finalizer_goroutine found = {0};

    for (size_t i = 0; i < c->heap->goroutines.count; i++) {
        const struct hs_frame *stack;

        if (all[i].frame_count == 0)
            continue;
        stack = frames + all[i].first_frame;
        found.function = NULL;
        for (uint32_t f = 0; f < all[i].frame_count; f++) {
            if (hs_map_lookup(&index->functions, stack[f].entry) != HS_MAP_NONE)
                found.function = &stack[f];
            if (!runs_finalizers(stack[f].function))
                continue;
            found.goroutine = &all[i];
            return found;
        }
    }
    found.function = NULL;
    return found;
}

static struct hs_str name_at(const struct hs_case *c, const struct index *index,
                             uint64_t pc)
{
    const struct hs_frame *frames = c->heap->frames.at;
    uint32_t at = hs_map_lookup(&index->frames, pc);

    return at == HS_MAP_NONE ? (struct hs_str){0} : frames[at].function;
}

static struct hs_str type_at(const struct hs_case *c, const struct index *index,
                             uint64_t type)
{
    const struct hs_type_record *types = c->heap->types.at;
    uint32_t at = hs_map_lookup(&index->types, type);

    return at == HS_MAP_NONE ? (struct hs_str){0} : types[at].name;
}

/* How many objects of HOLDER's are in cycles that keep them alive. */
static uint64_t cycles_of(const struct index *index, uint32_t holder)
{
    const struct hs_suspect *rows = index->suspects.rows.at;
    uint32_t at = hs_map_lookup(&index->cycles, holder);

    return at == HS_MAP_NONE ? 0 : rows[at].objects;
}

/* Where the objects themselves, which their finalizers do not hold, were
 * allocated: the first of them that was sampled tells. */
static void find_origin(const struct hs_case *c, const struct hs_finalizer *f,
                        struct hs_origin *origin)
{
    uint32_t object = hs_heap_find(c->heap, f->object), site;
    const struct hs_stack_line *line;

    if (object == HS_NO_OBJECT)
        return;
    site = hs_allocations_site(c->allocations, object);
    if (site == HS_NO_SITE)
        return;
    line = hs_allocations_line(c->heap, site);
    origin->sampled++;
    if (!origin->line)
        origin->line = line;
    if (line && hs_stack_line_compare(line, origin->line) == 0)
        origin->at_line++;
}

static struct function_row make_row(const struct hs_case *c,
                                    const struct index *index, uint32_t holder,
                                    const struct finalizer_goroutine *runner)
{
    const struct hs_holder *holders = c->holders->holders;
    const struct hs_finalizer *all = c->heap->finalizers.at;
    struct function_row row = {
        .holder = holder,
        .pc = c->holders->finalizer_functions[holders[holder].record],
        .retained = hs_retention_bytes(
            c->retention, hs_retention_holder(c->retention, holder)),
        .cycles = cycles_of(index, holder),
    };

    row.name = name_at(c, index, row.pc);
    row.running = runner->function && runner->function->entry == row.pc;
    for (uint32_t h = holders[holder].first_child;
         h < holders[holder + 1].first_child; h++) {
        const struct hs_finalizer *f = &all[holders[h].record];

        row.queued += f->queued;
        row.registered += !f->queued;
        find_origin(c, f, &row.origin);
        if (!row.type.size)
            row.type = type_at(c, index, f->object_type);
    }
    return row;
}

/* Queues and cycles, the trouble, first; then by number. */
static int by_trouble(const void *a, const void *b)
{
    const struct function_row *x = a, *y = b;

    if (x->queued != y->queued)
        return x->queued < y->queued ? 1 : -1;
    if (x->cycles != y->cycles)
        return x->cycles < y->cycles ? 1 : -1;
    if (x->registered != y->registered)
        return x->registered < y->registered ? 1 : -1;
    return (x->pc > y->pc) - (x->pc < y->pc);
}

static struct function_row *find_rows(struct hs_run *run,
                                      const struct hs_case *c,
                                      const struct index *index,
                                      const struct finalizer_goroutine *runner,
                                      size_t *count)
{
    struct function_row *rows = hs_arena_zeroed(
        run->scratch, c->holders->finalizer_function_count + 1, sizeof(*rows));

    *count = 0;
    for (uint32_t h = 0; h < c->holders->holder_count; h++)
        if (c->holders->holders[h].kind == HS_HOLDER_FINALIZERS &&
            c->holders->holders[h].record != HS_NO_RECORD)
            rows[(*count)++] = make_row(c, index, h, runner);
    qsort(rows, *count, sizeof(*rows), by_trouble);
    return rows;
}

/* "running", "queued", ...: why this function's finalizers have not run. */
static const char *state_of(const struct function_row *row)
{
    if (row->running)
        return "running";
    if (row->queued)
        return "queued";
    if (row->cycles)
        return row->cycles == row->registered ? "cycle: never runs"
                                              : "cycle: some never run";
    return "registered";
}

static struct hs_value function_name(struct hs_run *run,
                                     const struct function_row *row)
{
    struct hs_str name = hs_lens_function(run->snapshots[0].heap, row->pc);

    if (name.size)
        return hs_heap_name(name);
    if (row->name.size)
        return hs_heap_name(row->name);
    return hs_heap_name(
        hs_str_of(hs_doc_printf(run->doc, "func@0x%" PRIx64, row->pc)));
}

static void add_rows(struct hs_run *run, const struct function_row *rows,
                     size_t count)
{
    static const struct hs_doc_column columns[] = {
        {"function", "function", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"pc", NULL, HS_UNIT_ADDRESS, HS_ROLE_JSON_ONLY},
        {"type", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
        {"state", "state", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"registered", "registered", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"queued", "queued", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"cycle", "in cycles", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"running", NULL, HS_UNIT_BOOL, HS_ROLE_JSON_ONLY},
        {"retained_bytes", "they alone hold", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "objects allocated at", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    };
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "finalizers", "", columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < count && (!limit || i < limit); i++) {
        const struct function_row *row = &rows[i];
        struct hs_value values[] = {
            function_name(run, row),
            hs_value_address(row->pc),
            hs_heap_name(row->type),
            hs_value_text(state_of(row)),
            hs_heap_count_of(row->registered),
            hs_heap_count_of(row->queued),
            hs_heap_count_of(row->cycles),
            hs_value_bool(row->running),
            hs_heap_bytes(row->retained),
            hs_heap_origin(run, &row->origin),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (limit && count > limit)
        table->rows_left_out = count - limit;
}

static void add_goroutine(struct hs_run *run,
                          const struct finalizer_goroutine *runner,
                          uint64_t queued)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "finalizer", NULL);
    const struct hs_goroutine *g = runner->goroutine;
    bool stuck = runner->function && g->status == HS_G_WAITING;

    hs_doc_field(doc, group, "goroutine", NULL,
                 g ? hs_heap_count_of(g->id) : hs_value_null());
    hs_doc_field(doc, group, "stuck", NULL, hs_value_bool(stuck));
    hs_doc_field(doc, group, "function", NULL,
                 runner->function ? hs_heap_name(runner->function->function)
                                  : hs_value_null());
    hs_doc_field(doc, group, "wait_reason", NULL,
                 g ? hs_heap_name(g->wait_reason) : hs_value_null());
    if (runner->function)
        hs_doc_note(
            doc, doc->top,
            "goroutine %" PRIu64 " is in finalizer %.*s%s%.*s%s, and the other "
            "%s in the queue wait for it.",
            g->id, (int)runner->function->function.size,
            runner->function->function.text, stuck ? ", which waits (" : "",
            stuck ? (int)g->wait_reason.size : 0, g->wait_reason.text,
            stuck ? ")" : "",
            hs_show_count((int64_t)(queued ? queued - 1 : 0)).text);
    else if (queued)
        hs_doc_note(doc, doc->top, "%s finalizers are ready to run.",
                    hs_show_count((int64_t)queued).text);
}

static bool registered_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_case *c = hs_look_case(run, 0, err);
    struct finalizer_goroutine runner;
    const struct index *index;
    const struct function_row *rows;
    uint64_t registered = 0, queued = 0, cycles = 0;
    size_t count;

    if (!c)
        return false;
    index = make_index(c, run->scratch);
    runner = find_goroutine(c, index);
    rows = find_rows(run, c, index, &runner, &count);
    for (size_t i = 0; i < count; i++) {
        registered += rows[i].registered;
        queued += rows[i].queued;
        cycles += rows[i].cycles;
    }
    hs_doc_field(run->doc, run->doc->top, "registered", NULL,
                 hs_heap_count_of(registered));
    hs_doc_field(run->doc, run->doc->top, "queued", NULL,
                 hs_heap_count_of(queued));
    hs_doc_note(run->doc, run->doc->top,
                "%s finalizer%s registered, %s queued, of %zu function%s",
                hs_show_count((int64_t)registered).text,
                registered == 1 ? "" : "s", hs_show_count((int64_t)queued).text,
                count, count == 1 ? "" : "s");
    add_goroutine(run, &runner, queued);
    add_rows(run, rows, count);
    if (cycles)
        hs_doc_note(run->doc, run->doc->top,
                    "in cycles: what the object points to leads back to it, so "
                    "it is never unreachable and its finalizer never runs.");
    return true;
}

static bool traced_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_snapshot *snapshot = &run->snapshots[0];

    (void)err;
    hs_timeline_finalizers_part(
        run,
        snapshot->parts & HS_PART_HEAP
            ? hs_doc_group(run->doc, run->doc->top, "timeline", "")
            : run->doc->top,
        snapshot->timeline);
    return true;
}

static bool finalizers_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_HEAP, registered_section},
        {HS_PART_TIMELINE, traced_section},
        {HS_PART_STACKS, hs_stacks_finalizers_section},
        {HS_PART_FINQUEUE, hs_finqueue_section},
        {0, NULL},
    };

    return hs_sections_all(run, sections, err);
}

const struct hs_command command_finalizers = {
    .name = "finalizers",
    .summary = "every finalizer, and why it has not run",
    .arguments = "FILE...",
    .details =
        "One row for each function that finalizes objects. registered: their "
        "objects are still in use, or in a cycle that keeps them alive for "
        "ever. queued: nothing uses them any more, their finalizer is due or "
        "running. A dump names a function only if it is on some stack. Of a "
        "trace: what the goroutine that runs them did, and whether it is "
        "stuck. Of events of the queue: its length over time, and what is put "
        "into it most. Of printed goroutines: the finalizer that was running.",
    .takes = HS_TAKES_ONE,
    .needs =
        HS_PART_HEAP | HS_PART_TIMELINE | HS_PART_FINQUEUE | HS_PART_STACKS,
    .run = finalizers_run,
};
