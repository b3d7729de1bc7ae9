/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - the command line, read into struct hs_options.
 *
 * Every option is one row of a table; a command takes the rows that its
 * hs_command.options names and those that all commands take.  What is wrong
 * with a command line is said on standard error with exit status 64; --help
 * and --version end the program as well.
 */
#ifndef HEAPSCOPE_OPTIONS_H
#define HEAPSCOPE_OPTIONS_H

#include "command.h"

/* What the command line asks for. */
struct hs_request {
    const struct hs_command *command;
    struct hs_options options;
    struct hs_column arguments; /* const char *: what is no option, in order */
};

/* Reads ARGV, which is permuted.  Texts are borrowed from it; the rest is in
 * ARENA.  Does not return if there is nothing to run. */
void hs_options_parse(struct hs_request *request, struct hs_arena *arena,
                      int argc, char **argv);

/* Usage, summary, details and options of COMMAND, on standard output. */
void hs_options_help(const struct hs_command *command);

#endif
