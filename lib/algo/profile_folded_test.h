/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_folded_test.h - small profiles for tests, written as folded stacks.
 *
 *     "main.main;main.a;main.b 10\n"
 *     "main.main;main.c 20\n"
 *
 * Outermost first, one sample a line, one sample type: inuse_space, bytes.  A
 * frame "main.a>main.b" has b inlined in a.
 */
#ifndef HS_ALGO_PROFILE_FOLDED_TEST_H
#define HS_ALGO_PROFILE_FOLDED_TEST_H

#include "algo/profile_sum.h"

struct hs_folded {
    struct hs_arena arena;
    struct hs_profile profile;
    struct hs_profile_view *view;
    struct hs_profile_sums *sums;
};

/* Makes a profile of STACKS and looks at it by function. */
void hs_folded_open(struct hs_folded *folded, const char *stacks);
void hs_folded_close(struct hs_folded *folded);

/* The node called NAME; it is a failure if there is none. */
uint32_t hs_folded_node(const struct hs_folded *folded, const char *name);

#endif
