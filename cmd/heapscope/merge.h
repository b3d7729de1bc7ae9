/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.h - what --merge does once the files are decoded.
 */
#ifndef HEAPSCOPE_MERGE_H
#define HEAPSCOPE_MERGE_H

#include "command.h"

/* Makes one snapshot of all of RUN's, with one profile of all of theirs.
 * Every input stays listed with what it held itself.  False with ERR filled,
 * and nothing is changed, if the profiles do not measure the same. */
bool hs_merge_snapshots(struct hs_run *run, struct hs_err *err);

#endif
