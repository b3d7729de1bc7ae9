/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.c - Go execution traces: which kind, and who reads it.
 *
 *   header = "go 1." digit+ " trace" NUL*        16 bytes
 *
 * Go 1.11 to 1.18 write 1.11, 1.19 and 1.20 write 1.19, 1.21 itself (v1); 1.22
 * itself, 1.23 and 1.24 write 1.23, 1.25 itself, 1.26 and 1.27 write 1.26 (v2).
 */
#include <string.h>

#include "format/format.h"
#include "format/trace_impl.h"

#define NEWEST 26

/* The version that the header at HEAD names; 0: it is none. */
static unsigned version_of(struct hs_cursor head)
{
    static const char start[] = "go 1.", end[] = " trace";
    const char *at = (const char *)hs_cursor_take(&head, TRACE_HEADER);
    size_t n = sizeof(start) - 1, m = n + 1;
    unsigned version = 0;

    if (!at || memcmp(at, start, n) != 0)
        return 0;
    for (; n < m + 3 && at[n] >= '0' && at[n] <= '9'; n++)
        version = version * 10 + (unsigned)(at[n] - '0');
    if (n < m || memcmp(at + n, end, sizeof(end) - 1) != 0)
        return 0;
    for (n += sizeof(end) - 1; n < TRACE_HEADER; n++)
        if (at[n] != '\0')
            return 0;
    return version;
}

static int probe(struct hs_cursor head)
{
    return version_of(head) ? 100 : 0;
}

static struct hs_timeline *new_timeline(struct hs_arena *arena)
{
    struct hs_timeline *line = hs_arena_zeroed(arena, 1, sizeof(*line));

    line->frames = HS_COLUMN(struct hs_trace_frame, arena);
    line->stacks = HS_COLUMN(struct hs_trace_stack, arena);
    line->heap = HS_COLUMN(struct hs_heap_sample, arena);
    line->cycles = HS_COLUMN(struct hs_gc_cycle, arena);
    line->stw = HS_COLUMN(struct hs_trace_stw, arena);
    line->counts = HS_COLUMN(struct hs_goroutine_sample, arena);
    line->groups = HS_COLUMN(struct hs_trace_group, arena);
    line->waits = HS_COLUMN(struct hs_trace_wait, arena);
    line->goroutines = HS_COLUMN(struct hs_trace_goroutine, arena);
    line->finalizers = HS_COLUMN(struct hs_trace_finalizer, arena);
    line->finalizer_functions =
        HS_COLUMN(struct hs_trace_finalizer_function, arena);
    line->objects.types = HS_COLUMN(struct hs_trace_type, arena);
    line->objects.live = HS_COLUMN(struct hs_trace_object, arena);
    line->tasks = HS_COLUMN(struct hs_trace_tally, arena);
    line->regions = HS_COLUMN(struct hs_trace_tally, arena);
    line->logs = HS_COLUMN(struct hs_trace_tally, arena);
    line->labels = HS_COLUMN(struct hs_trace_tally, arena);
    line->open_tasks = HS_COLUMN(struct hs_trace_open, arena);
    line->open_regions = HS_COLUMN(struct hs_trace_open, arena);
    line->slice_ns = 1;
    return line;
}

static void init(struct trace *t, struct hs_snapshot *snapshot)
{
    struct trace_stack_info none = {0};

    *t = (struct trace){.snapshot = snapshot, .arena = &snapshot->arena};
    t->line = new_timeline(t->arena);
    t->merge.streams = HS_COLUMN(struct trace_stream, &t->scratch);
    t->finalizers = HS_COLUMN(struct trace_finalizer, &t->scratch);
    t->stack_infos = HS_COLUMN(struct trace_stack_info, &t->scratch);
    hs_intern_init(&t->strings, t->arena, &t->scratch);
    hs_intern_init(&t->stacks, &t->scratch, &t->scratch);
    hs_intern_add(&t->strings, hs_str_of(""));
    hs_intern_add(&t->stacks, hs_str_of(""));
    hs_column_push(&t->stack_infos, &none);
    hs_map_init(&t->finalizer_functions, &t->scratch, 16);
    hs_trace_table_reset(t);
    hs_trace_lives_init(t);
    hs_trace_gc_init(t);
    hs_trace_notes_init(t);
    hs_trace_objects_init(t);
    hs_trace_clock(t, 0);
    hs_trace_span_of_time(t, 0, 0);
}

static bool supported(unsigned version, struct hs_err *err)
{
    if (version >= 11)
        return true;
    return hs_fail(err, HS_EUNSUPPORTED, 0,
                   "a trace of Go 1.%u: those before Go 1.11 are not read",
                   version);
}

/* Says what was odd in a trace that was read to its end. */
static bool judge(struct trace *t, struct hs_err *err)
{
    const struct hs_timeline *line = t->line;

    if (line->version > NEWEST)
        hs_snapshot_warn(t->snapshot,
                         "a trace of Go 1.%u, newer than this program knows",
                         line->version);
    if (line->unknown_batches)
        return hs_fail(err, line->version > NEWEST ? HS_EUNSUPPORTED : HS_EDATA,
                       HS_NOWHERE,
                       "%llu batches have events of an unknown kind, and what "
                       "follows those is lost",
                       (unsigned long long)line->unknown_batches);
    if (t->faults)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "%llu events do not fit what came before: the trace is "
                       "damaged",
                       (unsigned long long)t->faults);
    if (t->unresolved)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "%llu strings or stacks that events name are missing",
                       (unsigned long long)t->unresolved);
    return true;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct trace trace, *t = &trace;
    struct hs_err unreadable = HS_ERR_NONE;
    struct hs_cursor in;
    bool mapped = hs_input_map(input, &in, &unreadable), ok;
    unsigned version = version_of(in);

    if (!version && mapped)
        return hs_fail(err, HS_EDATA, 0, "not a Go execution trace");
    if (!version)
        return hs_fail(err, unreadable.kind, unreadable.offset, "%s",
                       unreadable.message);
    if (!supported(version, err))
        return false;
    init(t, snapshot);
    t->line->version = version;
    hs_cursor_take(&in, TRACE_HEADER);
    ok = version < 22 ? hs_trace_v1(t, in, mapped ? err : &unreadable)
                      : hs_trace_v2(t, in, mapped ? err : &unreadable);
    if (t->line->events > 0) {
        hs_trace_finish(t);
        snapshot->timeline = t->line;
        snapshot->parts |= HS_PART_TIMELINE;
    } else if (ok) {
        ok = hs_fail(err, HS_ETRUNC, in.offset, "the trace has no events");
    }
    ok = ok && judge(t, mapped ? err : &unreadable);
    t->line->complete = ok && mapped;
    hs_arena_free(&t->table.arena);
    hs_arena_free(&t->scratch);
    if (!mapped)
        return hs_fail(err, unreadable.kind, unreadable.offset, "%s",
                       unreadable.message);
    return ok;
}

const struct hs_format hs_format_trace = {
    .name = "trace",
    .title = "Go execution trace (Go 1.11 to 1.27)",
    .command = "curl -o t.trace 'http://HOST/debug/pprof/trace?seconds=5'",
    .capture =
        "  From a service that has imported net/http/pprof:\n"
        "\n"
        "    curl -o t.trace 'http://HOST/debug/pprof/trace?seconds=5'\n"
        "\n"
        "  In the program, with packages os and runtime/trace:\n"
        "\n"
        "    f, err := os.Create(\"t.trace\")\n"
        "    err = trace.Start(f)\n"
        "    ...\n"
        "    trace.Stop()\n"
        "\n"
        "  Long enough for some collections: growth is told from what they "
        "leave,\n"
        "  and a goroutine has leaked only if it had the time to end.\n"
        "\n"
        "  It costs 1 to 2% of the program's time from Go 1.21 on, before "
        "that\n"
        "  rather 10%, and 5 to 6 bytes an event: next to nothing for an idle\n"
        "  service, some 20 MB a second for a busy one.  The trace has "
        "function\n"
        "  names and stacks, and no data of the program but its labels and "
        "logs.\n"
        "\n"
        "  To see objects by type, Go 1.23 and later, start the program with\n"
        "\n"
        "    GODEBUG=traceallocfree=1\n"
        "\n"
        "  Then each trace starts with a list of all objects, for which the\n"
        "  program stands still, and has an event for each allocation and "
        "each\n"
        "  object freed: twice the size for a usual program.\n"
        "\n"
        "  Goroutines that were there before the trace are told of as far as "
        "the\n"
        "  version does: from Go 1.23 on with their stacks, by 1.22 not at all "
        "if\n"
        "  they do nothing, and before 1.22 with nothing but their function.\n"
        "\n"
        "  Taken right before a heap dump of the same process, and given with "
        "it,\n"
        "  the trace says which goroutines leak and the dump what they hold.",
    .fills = HS_PART_TIMELINE,
    .probe = probe,
    .decode = decode,
};
