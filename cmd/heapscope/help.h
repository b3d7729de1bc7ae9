/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help.h - what heapscope says about itself.
 */
#ifndef HEAPSCOPE_HELP_H
#define HEAPSCOPE_HELP_H

#include <stdio.h>

/* The commands and how to go on. */
void hs_help_usage(FILE *to);

/* Version, and the versions of the libraries. */
void hs_help_version(FILE *to);

/* How to take each input, and what that costs the process. */
void hs_help_capture(FILE *to);

#endif
