/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus.h - an input file that another program cuts while we read it.
 *
 * Inputs are mapped.  Where a mapped file ends earlier than it did, the kernel
 * answers a read with SIGBUS, which would end the run without a word.
 */
#ifndef HEAPSCOPE_BUS_H
#define HEAPSCOPE_BUS_H

#include "base/input.h"

/* From now on, SIGBUS ends the run of COMMAND with HS_EXIT_NO_REPORT and says
 * why. */
void hs_bus_watch(const char *command);

/* So that the file can be named. */
void hs_bus_note(const struct hs_input *input);

#endif
