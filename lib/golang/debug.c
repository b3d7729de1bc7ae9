/* SPDX-License-Identifier: Apache-2.0 */
/* debug.c - variables, types and locals by DWARF. */
#include "golang/golang_impl.h"

void hs_golang_read_debug(struct golang *g)
{
    (void)g;
}

uint32_t hs_golang_closure_type(struct golang *g, uint64_t entry)
{
    (void)g;
    (void)entry;
    return HS_NO_TYPE;
}
