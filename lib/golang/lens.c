/* SPDX-License-Identifier: Apache-2.0 */
/* lens.c - how Go writes a reference. */
#include "golang/golang_impl.h"

const struct hs_lens *hs_golang_lens(struct golang *g)
{
    return hs_arena_zeroed(g->arena, 1, sizeof(struct hs_lens));
}
