/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.h - the outside libraries of format/, for --version.
 */
#ifndef HS_FORMAT_VERSIONS_H
#define HS_FORMAT_VERSIONS_H

#include "base/versions.h"

/* Adds them to INTO, a column of struct hs_library. */
void hs_format_libraries(struct hs_column *into);

#endif
