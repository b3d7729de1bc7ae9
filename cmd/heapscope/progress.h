/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - a line on the terminal that says how far long work has come.
 *
 * Only on standard error, only if that is a terminal, and only once the work
 * has taken a second; short work shows nothing.
 */
#ifndef HEAPSCOPE_PROGRESS_H
#define HEAPSCOPE_PROGRESS_H

void hs_progress_show(void);

/* Wipes the line; work that follows may draw it again. */
void hs_progress_done(void);

#endif
