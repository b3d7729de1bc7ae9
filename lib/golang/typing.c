/* SPDX-License-Identifier: Apache-2.0 */
/* typing.c - which object is of which type. */
#include "golang/golang_impl.h"

void hs_golang_type_heap(struct golang *g)
{
    (void)g;
}
