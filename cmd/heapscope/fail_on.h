/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail_on.h - conditions under which a run ends with status 1.
 *
 *   CONDITION = "suspects"
 *             | METRIC ["(" NAME ")"] (">" | ">=") VALUE
 *   METRIC    = "retained" | "growth" | "objects" | "finalizers" | "goroutines"
 *   VALUE     = number ["%"] | size, such as 10MiB | duration, such as 5s
 *
 * Only digests and their differences are read, so a condition holds for any
 * kind of input that has a row of that name.
 */
#ifndef HEAPSCOPE_FAIL_ON_H
#define HEAPSCOPE_FAIL_ON_H

#include "algo/diff.h"
#include "command.h"

struct hs_condition; /* private */

struct hs_conditions {
    struct hs_column list; /* struct hs_condition */
};

/* Reads --fail-on before any work is done; HS_EUSAGE if one is none, or one
 * that RUN's command cannot tell of. */
bool hs_conditions_parse(struct hs_run *run, struct hs_conditions *conditions,
                         struct hs_err *err);

/* Says in RUN's document which conditions are met, and if any is, sets RUN's
 * status.  DIGEST is that of the (newest) snapshot; DIFF is NULL but in
 * `diff`. */
void hs_conditions_check(struct hs_run *run,
                         const struct hs_conditions *conditions,
                         const struct hs_digest *digest,
                         const struct hs_diff *diff);

#endif
