/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - what heapscope does with a decoded input, for the fuzz target.
 */
#ifndef FUZZ_PIPELINE_H
#define FUZZ_PIPELINE_H

#include "model/snapshot.h"

/* Runs every command that makes use of SNAPSHOT's parts, and all reports.
 * NULL, or what was not sound. */
const char *fuzz_commands(const struct hs_snapshot *snapshot);

#endif
