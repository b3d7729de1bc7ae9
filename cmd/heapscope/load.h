/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - the files of the command line become the snapshots of a run.
 *
 * What is wrong with a file is said on standard error, as
 * "heapscope COMMAND: FILE: message (at byte N)"; every file, usable or not,
 * is a source of a snapshot and so an entry of "inputs".
 */
#ifndef HEAPSCOPE_LOAD_H
#define HEAPSCOPE_LOAD_H

#include "command.h"

/* Fills RUN's snapshots and target from COUNT arguments.  Returns the status
 * so far: HS_EXIT_OK, or HS_EXIT_PARTIAL if something is missing; anything
 * else means that there is nothing to report on.  hs_unload in any case. */
int hs_load(struct hs_run *run, const char *const *arguments, size_t count);
void hs_unload(struct hs_run *run);

/* "heapscope COMMAND: SUBJECT: message (at byte N)" on standard error; SUBJECT
 * may be NULL. */
void hs_complain(const struct hs_command *command, const char *subject,
                 const struct hs_err *err);

/* The exit status for an ERR that stops a run. */
int hs_status_of(const struct hs_err *err);

#endif
