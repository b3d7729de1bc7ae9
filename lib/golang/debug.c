/* SPDX-License-Identifier: Apache-2.0 */
/* debug.c - variables, types and locals by DWARF. */
#include "golang/golang_impl.h"

void hs_golang_read_debug(struct golang *g)
{
    (void)g;
}
