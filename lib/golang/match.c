/* SPDX-License-Identifier: Apache-2.0 */
/* match.c - is it the program of the dump? */
#include "golang/golang_impl.h"

bool hs_golang_match(struct golang *g, struct hs_err *err)
{
    (void)err;
    g->program->matches = true;
    return true;
}
