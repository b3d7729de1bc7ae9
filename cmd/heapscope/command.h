/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h - one thing heapscope can be asked, and what it is given.
 *
 * A command is one source file in this folder that ends in one constant,
 *
 *     const struct hs_command command_NAME = { ... };
 *
 * and one row, HS_COMMAND(NAME), in commands.def.  Help, dispatch and the
 * manual's check read the table.  main.c parses the options, load.c turns the
 * files into snapshots, the command (mostly a list of sections, section_*.c)
 * fills the document, and main.c renders it.
 */
#ifndef HEAPSCOPE_COMMAND_H
#define HEAPSCOPE_COMMAND_H

#include "model/digest.h"
#include "model/snapshot.h"
#include "report/document.h"

/* Exit statuses, DESIGN section 4. */
enum hs_exit {
    HS_EXIT_OK = 0,
    HS_EXIT_FAILED_ON = 1, /* a --fail-on condition was met */
    HS_EXIT_NO_REPORT = 2,
    HS_EXIT_PARTIAL = 3,
    HS_EXIT_USAGE = 64,
};

/* The options of all commands; each means the same wherever it is taken. */
struct hs_options {
    const char *format;      /* -f; NULL: by --output's extension, or text */
    const char *from;        /* -F; NULL: probe */
    const char *output;      /* -o; NULL: standard output */
    uint64_t limit;          /* -n; HS_LIMIT_DEFAULT, or 0 for no limit */
    const char *sample_type; /* NULL: as pprof selects */
    const char *by;          /* top --by; NULL: the command's default */
    const char *view;        /* render --view */
    const char *focus, *ignore, *hide, *show, *show_from;
    const char *tag_focus, *tag_ignore;
    bool merge;              /* --merge: several profiles are one */
    const char *granularity; /* functions, files, lines, packages; NULL */
    uint64_t nodes;          /* --nodes, 80 */
    uint64_t rss;            /* --rss: resident bytes; 0: not given */
    uint64_t max_bytes;      /* --max-bytes, 0: the default */
    bool cum;                /* --cum: sort by cumulative value */
    const char *colour;      /* --color: auto, always, never; NULL is auto */
    bool quiet, verbose;
    struct hs_column fail_on; /* const char * */
};

#define HS_LIMIT_DEFAULT UINT64_MAX

/* One run of one command. */
struct hs_run {
    const struct hs_command *command;
    const struct hs_options *options;
    struct hs_snapshot *snapshots; /* in argument order; most commands: one */
    size_t snapshot_count;
    const char *target;       /* path, show, tree: the argument that is no
                               * file; help: its topic; NULL if none */
    struct hs_document *doc;  /* to be filled; never NULL */
    struct hs_digest *digest; /* analyze: sections add what --fail-on reads;
                               * else NULL */
    struct hs_arena *scratch; /* for this run */
    int status;               /* what the run ends with if all goes well */
    const struct hs_case **findings;   /* by snapshot; hs_look_case's */
    const struct hs_heap_case **cases; /* by snapshot; hs_look_heap's */
    struct hs_column *counts;          /* hs_look_alike's */
};

enum hs_takes {
    HS_TAKES_NOTHING, /* help: no snapshot; prints by itself, no document */
    HS_TAKES_ONE,     /* all files join one snapshot */
    HS_TAKES_TWO,     /* diff: every file that fills a part is a snapshot */
    HS_TAKES_TARGET,  /* one snapshot, and an argument that is no file */
    HS_TAKES_EACH,    /* info: every file is a snapshot, whatever it is */
};

/* Which options a command takes beside -f -F -o -n -q -v --color
 * --max-bytes, which all take. */
enum hs_option_set {
    HS_OPT_SAMPLE_TYPE = 1,
    HS_OPT_BY = 2,
    HS_OPT_CUM = 4,
    HS_OPT_VIEW = 8,
    HS_OPT_FOCUS = 16, /* the filters of a profile, and --granularity */
    HS_OPT_NODES = 32,
    HS_OPT_FAIL_ON = 64,
    HS_OPT_MERGE = 128,
    HS_OPT_RSS = 1 << 10,
};

struct hs_command {
    const char *name, *alias; /* "path", "why" or NULL */
    const char *summary;      /* one line for the list of commands */
    const char *arguments;    /* "FILE..." as usage shows it */
    const char *details;      /* paragraphs for help COMMAND; may be NULL */
    enum hs_takes takes;
    unsigned options; /* enum hs_option_set */
    unsigned needs;   /* enum hs_part: at least one of these, or 0 */

    /* Fills run->doc.  False with ERR filled: no report (exit 2, or 64 for
     * HS_EUSAGE).  run->status may be raised (HS_EXIT_FAILED_ON). */
    bool (*run)(struct hs_run *run, struct hs_err *err);
};

/* The command called NAME or aliased so, or NULL. */
const struct hs_command *hs_command_named(const char *name);

/* All commands in table order; *COUNT says how many. */
const struct hs_command *const *hs_commands(size_t *count);

/* The row limit of a table: the user's, else USUAL.  0 means all. */
uint64_t hs_run_limit(const struct hs_run *run, uint64_t usual);

#endif
