/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - what main.c and help.c need to know of the table of commands
 * beside command.h.
 */
#ifndef HEAPSCOPE_COMMANDS_H
#define HEAPSCOPE_COMMANDS_H

#include "command.h"

/* The command or alias that looks most like WORD; NULL if none does. */
const char *hs_command_nearest(const char *word);

#endif
