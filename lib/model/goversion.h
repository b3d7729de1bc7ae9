/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goversion.h - what a Go version string says.
 *
 *   go1.24.4    go1.25.5 X:greenteagc    go1.26.8-X:nogreenteagc
 *   devel go1.27-abcdef Mon Jun 1 ...    anything else
 */
#ifndef HS_MODEL_GOVERSION_H
#define HS_MODEL_GOVERSION_H

#include <stdbool.h>

#include "base/str.h"

/* The 24 of "go1.24.4"; for what has no such number, a version newer than all
 * that we know. */
unsigned hs_goversion_minor(struct hs_str version);

/* Whether EXPERIMENT ("nogreenteagc") is named in it. */
bool hs_goversion_has(struct hs_str version, const char *experiment);

/* Whether objects with pointers in slots that are not small start with the
 * address of their type (Go 1.22 on). */
bool hs_goversion_has_headers(struct hs_str version);

#endif
