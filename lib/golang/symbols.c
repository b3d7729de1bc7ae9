/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.c - variables by the symbol table. */
#include "golang/golang_impl.h"

void hs_golang_read_symbols(struct golang *g)
{
    (void)g;
}
