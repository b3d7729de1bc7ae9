/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.h - which outside libraries run beneath us, for --version.
 *
 * Each layer that is allowed a library tells of its own: base here, format
 * and report in their versions.h.
 */
#ifndef HS_BASE_VERSIONS_H
#define HS_BASE_VERSIONS_H

#include "base/arena.h"

struct hs_library {
    const char *name, *version;
};

/* Adds the libraries of base/ to INTO, a column of struct hs_library. */
void hs_base_libraries(struct hs_column *into);

#endif
