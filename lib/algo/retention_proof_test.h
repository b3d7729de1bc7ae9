/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_proof_test.h - a proof that a heap's dominators are right.
 *
 * A retention has no graph any more, so that is made once more from the heap,
 * its dominators are certified, and what the retention kept of them is
 * compared: idoms, retained sizes, and all edges.
 */
#ifndef HS_ALGO_RETENTION_PROOF_TEST_H
#define HS_ALGO_RETENTION_PROOF_TEST_H

#include "algo/retention.h"

/* NULL if RETENTION, made of HEAP and HOLDERS on THREADS threads, is right;
 * else what is wrong. */
const char *retention_proof(const struct hs_heap *heap,
                            const struct hs_holders *holders, unsigned threads,
                            const struct hs_retention *retention);

#endif
