/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - a line on the terminal that says how far long work has come.
 *
 * Only on standard error, only if that is a terminal, and only once the work
 * has taken a second; short work shows nothing.
 */
#ifndef HEAPSCOPE_PROGRESS_H
#define HEAPSCOPE_PROGRESS_H

#include <stdbool.h>

/* Begins to show; counts time for hs_progress_note, too. */
void hs_progress_show(bool line);

/* Wipes the line; work that follows may draw it again. */
void hs_progress_done(void);

/* For --verbose, at the end of a piece of work: what is done, and what the
 * process has taken until now. */
void hs_progress_note(const char *command, const char *work);

#endif
