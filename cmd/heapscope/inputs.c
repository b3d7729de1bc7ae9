/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inputs.c - the first lines of every report: what was read, and whether it
 * is whole.
 */
#include "inputs.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/size.h"
#include "format/format.h"
#include "model/heap.h"
#include "model/profile.h"
#include "model/program.h"
#include "model/timeline.h"

const char *hs_profile_kind(const struct hs_profile *profile)
{
    static const struct {
        const char *type, *kind;
    } kinds[] = {
        {"inuse_space", "heap profile"},
        {"space", "heap profile"},
        {"cpu", "CPU profile"},
        {"goroutine", "goroutine profile"},
        {"goroutineleak", "goroutine leak profile"},
        {"delay", "block or mutex profile"},
        {"threadcreate", "thread creation profile"},
        {"thread", "thread profile"},
    };

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (size_t t = 0; t < profile->type_count; t++)
            if (hs_str_equal(hs_profile_string(profile, profile->types[t].type),
                             hs_str_of(kinds[k].type)))
                return kinds[k].kind;
    return "profile";
}

static const char *when(int64_t nanos, struct hs_arena *arena)
{
    time_t seconds = (time_t)(nanos / 1000000000);
    struct tm utc;
    char text[64];

    if (nanos <= 0 || !gmtime_r(&seconds, &utc) ||
        !strftime(text, sizeof(text), ", %Y-%m-%d %H:%M:%S UTC", &utc))
        return "";
    return hs_arena_copy(arena, text, strlen(text));
}

/* The last element of an import path. */
static struct hs_str last_element(struct hs_str path)
{
    for (size_t i = path.size; i > 0; i--)
        if (path.text[i - 1] == '/')
            return (struct hs_str){path.text + i, path.size - i};
    return path;
}

/* "executable, go1.24.4, orders, vcs 3f9c1e2, fits the dump (812/812 types)" */
static const char *program_summary(const struct hs_program *program,
                                   const struct hs_snapshot *snapshot,
                                   struct hs_arena *arena)
{
    const struct hs_setting *settings = program->settings.at;
    struct hs_str main = last_element(program->main);
    const char *text = hs_arena_printf(
        arena, "executable, %.*s%s%.*s", (int)program->go_version.size,
        program->go_version.text, main.size ? ", " : "", (int)main.size,
        main.size ? main.text : "");

    for (size_t i = 0; i < program->settings.count; i++)
        if (hs_str_equal(settings[i].key, hs_str_of("vcs.revision")) &&
            settings[i].value.size >= 7)
            text = hs_arena_printf(arena, "%s, vcs %.7s", text,
                                   settings[i].value.text);
    if (!snapshot->names)
        return text;
    if (!program->headers)
        return hs_arena_printf(arena, "%s, fits the dump", text);
    return hs_arena_printf(arena,
                           "%s, fits the dump (%" PRIu64 "/%" PRIu64 " types)",
                           text, program->headers_agree, program->headers);
}

static const char *trace_summary(const struct hs_timeline *t,
                                 struct hs_arena *arena)
{
    struct hs_shown length = hs_show_nanos(t->duration);

    return hs_arena_printf(
        arena, "execution trace, go 1.%u, %s, %" PRIu32 " goroutine%s",
        t->version, t->clock_hz ? length.text : "of unknown length",
        t->goroutines_last, t->goroutines_last == 1 ? "" : "s");
}

const char *hs_source_summary(const struct hs_snapshot *snapshot,
                              const struct hs_source *source,
                              struct hs_arena *arena)
{
    const struct hs_format *format =
        source->format ? hs_format_named(source->format) : NULL;
    const struct hs_profile *profile = snapshot->profile;

    if (source->summary)
        return source->summary;
    if (!format)
        return "unknown";
    if (source->told)
        return source->told;
    if ((format->fills & snapshot->parts & HS_PART_HEAP) && snapshot->heap)
        return hs_arena_printf(
            arena, "heap dump, %.*s, %" PRIu32 " object%s, %zu goroutine%s",
            (int)snapshot->heap->go_version.size,
            snapshot->heap->go_version.text, hs_heap_count(snapshot->heap),
            hs_heap_count(snapshot->heap) == 1 ? "" : "s",
            snapshot->heap->goroutines.count,
            snapshot->heap->goroutines.count == 1 ? "" : "s");
    if ((format->fills & HS_PART_PROGRAM) && snapshot->program &&
        snapshot->program->read &&
        strcmp(snapshot->program->file, source->path) == 0)
        return program_summary(snapshot->program, snapshot, arena);
    if ((format->fills & snapshot->parts & HS_PART_TIMELINE) &&
        snapshot->timeline)
        return trace_summary(snapshot->timeline, arena);
    if (!(format->fills & snapshot->parts & HS_PART_PROFILE) || !profile)
        return format->title;
    return hs_arena_printf(arena, "%s, %zu sample%s%s",
                           hs_profile_kind(profile), profile->sample_count,
                           profile->sample_count == 1 ? "" : "s",
                           when(profile->time_nanos, arena));
}

const char *hs_source_state(const struct hs_source *source,
                            struct hs_arena *arena)
{
    if (source->complete)
        return "complete";
    if (source->err.kind == HS_EUNSUPPORTED)
        return "recognised, but not read"; /* the summary says what it is */
    if (source->err.offset == HS_NOWHERE)
        return source->err.message;
    return hs_arena_printf(arena, "%s (at byte %" PRIu64 ")",
                           source->err.message, source->err.offset);
}

static void add_source(struct hs_run *run, struct hs_block *table,
                       const struct hs_snapshot *snapshot,
                       const struct hs_source *source)
{
    struct hs_value row[] = {
        hs_value_name(source->path, strlen(source->path)),
        source->format ? hs_value_text(source->format) : hs_value_null(),
        hs_value_of(HS_UNIT_BYTES, (int64_t)source->bytes),
        hs_value_bool(source->complete),
        hs_value_text(hs_source_summary(snapshot, source, run->scratch)),
        hs_value_text(hs_source_state(source, run->scratch)),
    };

    hs_doc_row(run->doc, table, row);
}

/* info says the same at length; diff lists its snapshots, which does as long
 * as nothing is wrong with them. */
static bool is_told_later(const struct hs_run *run)
{
    const struct hs_source *source;

    if (run->command->takes != HS_TAKES_TWO)
        return run->command->takes == HS_TAKES_EACH;
    for (size_t i = 0; i < run->snapshot_count; i++) {
        source = run->snapshots[i].sources.at;
        if (run->snapshots[i].sources.count != 1 || !source->complete)
            return false;
    }
    return true;
}

void hs_inputs_section(struct hs_run *run)
{
    static const struct hs_doc_column columns[] = {
        {"path", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"format", NULL, HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
        {"bytes", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"complete", NULL, HS_UNIT_BOOL, HS_ROLE_JSON_ONLY},
        {"summary", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"state", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
    };
    struct hs_block *table = hs_doc_table(
        run->doc, run->doc->top, "inputs", is_told_later(run) ? NULL : "",
        columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < run->snapshot_count; i++) {
        const struct hs_snapshot *snapshot = &run->snapshots[i];
        const struct hs_source *source = snapshot->sources.at;

        for (size_t j = 0; j < snapshot->sources.count; j++)
            add_source(run, table, snapshot, &source[j]);
    }
    for (size_t i = 0; i < run->snapshot_count; i++) {
        const struct hs_column *warnings = &run->snapshots[i].warnings;
        const char *const *warning = warnings->at;

        for (size_t j = 0; j < warnings->count && !run->options->quiet; j++)
            hs_doc_note(run->doc, run->doc->top, "%s", warning[j]);
    }
}
