/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.h - the outside libraries of report/, for --version.
 */
#ifndef HS_REPORT_VERSIONS_H
#define HS_REPORT_VERSIONS_H

#include "base/versions.h"

/* Adds them to INTO, a column of struct hs_library. */
void hs_report_libraries(struct hs_column *into);

#endif
