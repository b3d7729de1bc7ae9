/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - where the report goes: standard output or --output FILE.
 *
 * A report for FILE is written to a temporary file beside it, which takes its
 * place once every byte is written: FILE is whole or as it was.  What is no
 * regular file (/dev/full, a pipe) is written to directly.
 */
#ifndef HEAPSCOPE_OUTPUT_H
#define HEAPSCOPE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "command.h"
#include "report/report.h"

struct hs_sink {
    struct hs_output out; /* what a report writes to */
    const char *path;     /* for messages */
    char *temporary;      /* to be renamed to TARGET; NULL if there is none */
    char *target;
    FILE *file;
    int error; /* errno of the first write that failed */
};

/* The report that OPTIONS ask for, by name or by the output's extension. */
const struct hs_report *hs_output_report(const struct hs_options *options,
                                         struct hs_err *err);

/* False with ERR filled if OPTIONS name an output that surely cannot be
 * written; asked before work that may be long. */
bool hs_output_check(const struct hs_options *options, struct hs_arena *arena,
                     struct hs_err *err);

bool hs_sink_open(struct hs_sink *sink, const struct hs_options *options,
                  struct hs_arena *arena, struct hs_err *err);

/* Puts the output in its place if GOOD, else drops it.  False with ERR filled
 * if something could not be written. */
bool hs_sink_close(struct hs_sink *sink, bool good, struct hs_err *err);

/* Flushes standard output; false, and said as PROGRAM, if that fails. */
bool hs_close_stdout(const char *program);

#endif
