/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - opening, recognising and decoding the files of the command line.
 *
 * All files are opened and recognised before one is decoded, so that a
 * command line that makes no sense is refused at once, however big the files.
 */
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bus.h"
#include "format/format.h"
#include "golang/golang.h"
#include "merge.h"
#include "model/heap.h"
#include "model/program.h"
#include "progress.h"

struct file {
    const char *path;
    struct hs_input *input;         /* NULL: could not be opened */
    const struct hs_format *format; /* NULL: unknown */
    struct hs_err err;
    struct hs_snapshot *snapshot; /* which it joins */
    struct hs_program *program;   /* that it is; NULL: none */
    bool useful;                  /* it says anything */
};

struct loading {
    struct hs_run *run;
    struct file *files;
    size_t count;
    bool unknown; /* some file was of no known format */
    unsigned
        compared; /* parts that make a file a moment of its own, for diff */
};

void hs_complain(const struct hs_command *command, const char *subject,
                 const struct hs_err *err)
{
    hs_progress_done();
    fprintf(stderr, "heapscope %s: ", command->name);
    if (subject)
        fprintf(stderr,
                "%s: ", strcmp(subject, "-") == 0 ? "standard input" : subject);
    fputs(err->message, stderr);
    if (err->offset != HS_NOWHERE)
        fprintf(stderr, " (at byte %" PRIu64 ")", err->offset);
    fputc('\n', stderr);
}

int hs_status_of(const struct hs_err *err)
{
    return err->kind == HS_EUSAGE ? HS_EXIT_USAGE : HS_EXIT_NO_REPORT;
}

/* A folder may well be called as a variable or a package is. */
static bool is_no_file(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT;
    return S_ISDIR(st.st_mode) && !strchr(path, '/');
}

/* Sets the target apart from the files. */
static bool keep_files(struct loading *l, const char *const *arguments,
                       size_t count, struct hs_err *err)
{
    struct hs_run *run = l->run;
    bool stdin_taken = false;

    l->files = hs_arena_zeroed(run->scratch, count + 1, sizeof(*l->files));
    for (size_t i = 0; i < count; i++) {
        const char *path = arguments[i];

        if (!*path)
            return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "an empty argument");
        if (strcmp(path, "-") == 0) {
            if (stdin_taken)
                return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                               "standard input can be read only once");
            stdin_taken = true;
        } else if (run->command->takes == HS_TAKES_TARGET && is_no_file(path)) {
            if (run->target)
                return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                               "neither '%s' nor '%s' is a file, and only one "
                               "can be the target",
                               run->target, path);
            run->target = path;
            continue;
        }
        l->files[l->count++] = (struct file){.path = path, .err = HS_ERR_NONE};
    }
    if (l->count == 0 && run->target)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no input: there is no file '%s'", run->target);
    if (l->count == 0)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no input file is given; see 'heapscope help %s'",
                       run->command->name);
    return true;
}

/* Why FILE, whose head is empty, has nothing to be recognised by. */
static void explain_empty(struct file *file)
{
    struct hs_cursor all;

    if (hs_input_map(file->input, &all, &file->err))
        hs_fail(&file->err, HS_EUNKNOWN, HS_NOWHERE, "the file is empty");
}

static void recognise(struct loading *l, struct file *file,
                      const struct hs_format *forced)
{
    struct hs_input_limits limits = {
        .max_bytes = l->run->options->max_bytes,
        .temp_folder = getenv("TMPDIR"),
    };
    struct hs_cursor head;

    file->input = hs_input_open(file->path, &limits, &file->err);
    if (!file->input)
        return;
    hs_bus_note(file->input);
    head = hs_input_head(file->input);
    if (hs_cursor_left(&head) == 0) {
        explain_empty(file);
        return;
    }
    file->format = forced ? forced : hs_format_probe(head);
    if (!file->format) {
        hs_fail(&file->err, HS_EUNKNOWN, HS_NOWHERE, "no known format");
        l->unknown = true;
    } else if (!file->format->decode) {
        hs_fail(&file->err, HS_EUNSUPPORTED, HS_NOWHERE,
                "%s: recognised, but not read by this version",
                file->format->title);
    }
}

static bool recognise_all(struct loading *l, struct hs_err *err)
{
    const char *name = l->run->options->from;
    const struct hs_format *forced = NULL;

    if (name) {
        forced = hs_format_named(name);
        if (!forced)
            return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                           "there is no format '%s'; --help lists them", name);
    }
    for (size_t i = 0; i < l->count; i++)
        recognise(l, &l->files[i], forced);
    return true;
}

static unsigned fills(const struct file *file)
{
    return file->format && file->err.kind == HS_OK ? file->format->fills : 0;
}

/* Parts that FILE has for itself: those of two moments are kept apart. */
static unsigned fills_alone(const struct file *file)
{
    return fills(file) & ~(unsigned)HS_PARTS_SHARED;
}

/* Whether A and B are profiles, which can be merged. */
static bool are_profiles(const struct file *a, const struct file *b)
{
    return (fills(a) & fills(b) & HS_PART_PROFILE) &&
           !((fills(a) | fills(b)) & HS_PART_HEAP);
}

static bool refuse_two(const struct loading *l, const struct file *a,
                       const struct file *b, struct hs_err *err)
{
    if (fills(a) & fills(b) & HS_PART_TIMELINE)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "'%s' and '%s' are of one kind, and %s looks at one at "
                       "a time",
                       a->path, b->path, l->run->command->name);
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "'%s' and '%s' are of one kind, and %s looks at one at a "
                   "time; 'heapscope diff OLD NEW' says what has changed "
                   "between two moments%s",
                   a->path, b->path, l->run->command->name,
                   l->run->command->options & HS_OPT_MERGE && are_profiles(a, b)
                       ? ", and --merge adds up those of replicas"
                       : "");
}

/* One snapshot for all: no two files may tell of the same part, unless they
 * are to be merged, when each has a snapshot until that is done. */
static bool arrange_one(struct loading *l, struct hs_err *err)
{
    size_t n = 1;

    for (size_t i = 0; i < l->count; i++) {
        l->files[i].snapshot = l->run->snapshots;
        for (size_t j = 0; j < i; j++) {
            if (!(fills_alone(&l->files[i]) & fills_alone(&l->files[j])))
                continue;
            if (!l->run->options->merge ||
                !are_profiles(&l->files[i], &l->files[j]))
                return refuse_two(l, &l->files[j], &l->files[i], err);
            l->files[i].snapshot = NULL;
        }
        if (!l->files[i].snapshot)
            l->files[i].snapshot = &l->run->snapshots[n++];
    }
    l->run->snapshot_count = n;
    return true;
}

/* Parts that are compared: an executable only names what is in them.  If there
 * is nothing else, logs are moments, too, by the goroutines in them. */
static unsigned find_compared(const struct loading *l)
{
    unsigned parts = 0;

    for (size_t i = 0; i < l->count; i++)
        parts |= fills_alone(&l->files[i]);
    parts &= ~(unsigned)HS_PART_PROGRAM;
    return parts ? parts : HS_PART_STACKS;
}

static unsigned fills_compared(const struct loading *l, const struct file *file)
{
    return fills(file) & l->compared;
}

/* A snapshot for each file that fills the part which the first one fills; the
 * others join the first, and executables whatever they fit. */
static bool arrange_two(struct loading *l, struct hs_err *err)
{
    const struct file *first = NULL;
    size_t n = 0;

    l->compared = find_compared(l);
    for (size_t i = 0; i < l->count; i++) {
        struct file *file = &l->files[i];

        if (!fills_compared(l, file)) {
            file->snapshot = l->run->snapshots;
            continue;
        }
        if (first && !(fills_compared(l, file) & fills_compared(l, first)))
            return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                           "'%s' (%s) and '%s' (%s) cannot be compared",
                           first->path, first->format->title, file->path,
                           file->format->title);
        first = first ? first : file;
        file->snapshot = &l->run->snapshots[n++];
    }
    l->run->snapshot_count = n ? n : 1;
    return true;
}

static bool arrange(struct loading *l, struct hs_err *err)
{
    struct hs_run *run = l->run;

    run->snapshots =
        hs_arena_zeroed(run->scratch, l->count, sizeof(*run->snapshots));
    for (size_t i = 0; i < l->count; i++)
        hs_snapshot_init(&run->snapshots[i]);
    if (run->command->takes == HS_TAKES_TWO)
        return arrange_two(l, err);
    if (run->command->takes != HS_TAKES_EACH)
        return arrange_one(l, err);
    for (size_t i = 0; i < l->count; i++)
        l->files[i].snapshot = &run->snapshots[i];
    run->snapshot_count = l->count;
    return true;
}

/* Makes FILE a source of its snapshot. */
static void decode(struct loading *l, struct file *file)
{
    struct hs_snapshot *snapshot = file->snapshot;
    unsigned before = snapshot->parts;
    struct hs_source source = {
        .path = file->path,
        .format = file->format ? file->format->name : NULL,
        .bytes = file->input ? hs_input_size(file->input) : 0,
        .input = file->input,
    };

    if (file->err.kind == HS_OK) {
        file->format->decode(file->input, snapshot, &file->err);
        hs_progress_done();
        if (l->run->options->verbose)
            hs_progress_note(l->run->command->name, file->path);
        if (file->err.kind == HS_OK && hs_input_changed(file->input))
            hs_fail(&file->err, HS_EDATA, HS_NOWHERE,
                    "the file was written to while it was read");
    }
    source.told = snapshot->told;
    snapshot->told = NULL;
    if (file->err.kind == HS_OK && (file->format->fills & HS_PART_PROGRAM)) {
        file->program = snapshot->program;
        if (l->run->command->takes == HS_TAKES_TWO) {
            snapshot->program = NULL; /* see name_compared */
            snapshot->parts = before;
        }
    }
    source.complete = file->err.kind == HS_OK;
    source.err = file->err;
    hs_column_push(&snapshot->sources, &source);
    if (!source.complete)
        hs_complain(l->run->command, file->path, &file->err);
    file->useful = snapshot->parts != before || source.complete;
}

static void list_formats(void)
{
    size_t count;
    const struct hs_format *const *formats = hs_formats(&count);

    fputs("What was looked for:\n", stderr);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "  %-10s %s\n", formats[i]->name, formats[i]->title);
}

/* The first file that says anything, or else the first. */
static const struct file *first_useful(const struct loading *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->files[i].useful)
            return &l->files[i];
    return l->files;
}

static const char *article(const char *noun)
{
    return strchr("aeiou", noun[0]) ? "an" : "a";
}

/* Says which captures tell what the command wants to know. */
static void explain_needs(const struct loading *l)
{
    const struct hs_run *run = l->run;
    const struct file *given = first_useful(l);
    struct hs_err err = HS_ERR_NONE;
    size_t count;
    const struct hs_format *const *formats = hs_formats(&count);

    hs_fail(&err, HS_EUSAGE, HS_NOWHERE,
            "%s %s does not tell what '%s' is asked for; take",
            article(given->format->title), given->format->title,
            run->command->name);
    hs_complain(run->command, given->path, &err);
    for (size_t i = 0; i < count; i++)
        if ((formats[i]->fills & run->command->needs) && formats[i]->command)
            fprintf(stderr, "  %s %s:\n    %s\n", article(formats[i]->title),
                    formats[i]->title, formats[i]->command);
    fputs("'heapscope help capture' says more.\n", stderr);
}

/* Puts down that FILE, an executable, is of no use. */
static void refuse_program(struct loading *l, struct file *file,
                           const struct hs_err *err)
{
    struct hs_source *sources = file->snapshot->sources.at;

    for (size_t i = 0; i < file->snapshot->sources.count; i++) {
        if (sources[i].path != file->path)
            continue;
        sources[i].complete = false;
        sources[i].err = *err;
    }
    hs_complain(l->run->command, file->path, err);
}

/* Lets the executable of SNAPSHOT name what the others tell of; without one
 * that fits, the report goes on as if it were not there. */
static int name(struct loading *l, struct hs_snapshot *snapshot)
{
    struct hs_err err = HS_ERR_NONE;

    if (hs_golang_name(snapshot, &err))
        return HS_EXIT_OK;
    for (size_t i = 0; i < l->count; i++)
        if (l->files[i].program == snapshot->program)
            refuse_program(l, &l->files[i], &err);
    return HS_EXIT_PARTIAL;
}

/* Names SNAPSHOT by PROGRAM, if that fits it; one that has names keeps them. */
static bool try_program(struct hs_snapshot *snapshot,
                        const struct hs_program *program, struct hs_err *err)
{
    struct hs_program *named_by = snapshot->program;
    struct hs_names *names = snapshot->names;
    unsigned parts = snapshot->parts;
    bool fits;

    snapshot->program = hs_arena_alloc(&snapshot->arena, sizeof(*program));
    *snapshot->program = *program;
    snapshot->parts |= HS_PART_PROGRAM;
    fits = hs_golang_name(snapshot, err);
    if (fits && !names)
        return true;
    snapshot->program = named_by;
    snapshot->names = names;
    snapshot->parts = parts;
    if (snapshot->heap)
        snapshot->heap->names = names;
    return fits;
}

/* Of snapshots that are compared, each is named by the executable that fits it;
 * one that fits none of them is said to. */
static int name_compared(struct loading *l)
{
    int status = HS_EXIT_OK;

    for (size_t i = 0; i < l->count; i++) {
        struct hs_err err = HS_ERR_NONE;
        bool fits = false;

        if (!l->files[i].program)
            continue;
        for (size_t s = 0; s < l->run->snapshot_count; s++) {
            struct hs_err its = HS_ERR_NONE;

            if (try_program(&l->run->snapshots[s], l->files[i].program, &its))
                fits = true;
            else
                err = its;
        }
        if (fits || err.kind == HS_OK)
            continue;
        refuse_program(l, &l->files[i], &err);
        status = HS_EXIT_PARTIAL;
    }
    return status;
}

static int name_all(struct loading *l)
{
    int status = HS_EXIT_OK;

    if (l->run->command->takes == HS_TAKES_TWO)
        return name_compared(l);
    for (size_t i = 0; i < l->run->snapshot_count; i++)
        if (name(l, &l->run->snapshots[i]) != HS_EXIT_OK)
            status = HS_EXIT_PARTIAL;
    return status;
}

static int decode_all(struct loading *l)
{
    struct hs_run *run = l->run;
    size_t useful = 0;
    unsigned parts = 0;
    int status = HS_EXIT_OK;

    for (size_t i = 0; i < l->count; i++) {
        decode(l, &l->files[i]);
        useful += l->files[i].useful;
        if (l->files[i].err.kind != HS_OK)
            status = HS_EXIT_PARTIAL;
    }
    if (name_all(l) != HS_EXIT_OK)
        status = HS_EXIT_PARTIAL;
    if (l->unknown)
        list_formats();
    if (useful == 0)
        return HS_EXIT_NO_REPORT;
    for (size_t i = 0; i < run->snapshot_count; i++)
        parts |= run->snapshots[i].parts;
    if (run->command->needs && !(parts & run->command->needs)) {
        explain_needs(l);
        return HS_EXIT_NO_REPORT;
    }
    return status;
}

/* Everything before decoding: what is wrong here is wrong with the command
 * line, and says so before anything long is begun. */
static bool prepare(struct loading *l, const char *const *arguments,
                    size_t count, struct hs_err *err)
{
    if (keep_files(l, arguments, count, err) && recognise_all(l, err) &&
        arrange(l, err))
        return true;
    for (size_t i = 0; i < l->count; i++)
        if (l->files[i].input)
            hs_input_close(l->files[i].input);
    return false;
}

int hs_load(struct hs_run *run, const char *const *arguments, size_t count)
{
    struct loading l = {.run = run};
    struct hs_err err = HS_ERR_NONE;
    int status;

    if (!prepare(&l, arguments, count, &err)) {
        hs_complain(run->command, NULL, &err);
        return HS_EXIT_USAGE;
    }
    status = decode_all(&l);
    if (run->options->merge && run->snapshot_count > 1 &&
        status != HS_EXIT_NO_REPORT && !hs_merge_snapshots(run, &err)) {
        hs_complain(run->command, NULL, &err);
        return hs_status_of(&err);
    }
    if (run->command->takes != HS_TAKES_TWO || run->snapshot_count > 1 ||
        status == HS_EXIT_NO_REPORT)
        return status;
    hs_fail(&err, HS_EUSAGE, HS_NOWHERE,
            "it takes two files to compare; '%s' is the only one of use",
            first_useful(&l)->path);
    hs_complain(run->command, NULL, &err);
    return status == HS_EXIT_OK ? HS_EXIT_USAGE : HS_EXIT_NO_REPORT;
}

void hs_unload(struct hs_run *run)
{
    for (size_t i = 0; i < run->snapshot_count; i++)
        hs_snapshot_close(&run->snapshots[i]);
}
