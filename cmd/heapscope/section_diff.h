/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_diff.h - the rows of a diff, whatever they are of.
 */
#ifndef HEAPSCOPE_SECTION_DIFF_H
#define HEAPSCOPE_SECTION_DIFF_H

#include "algo/diff.h"
#include "command.h"

/* HS_EUSAGE if --by asks for what a diff of heaps does not have. */
bool hs_diff_heap_by(const struct hs_run *run, struct hs_err *err);

/* Adds "rows" to RUN's document: DIFF, its values in UNIT. */
void hs_diff_rows(struct hs_run *run, const struct hs_diff *diff,
                  enum hs_unit unit);

#endif
