/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_digest.c - what a heap has to say, as rows to be compared.
 *
 * Kinds are those of the report's holders, and "type", "site", "suspect".
 */
#include "section_diff.h"
#include "section_heap.h"

#include "algo/heap_digest.h"

/* Not those that are told only because nothing is bigger. */
void hs_suspects_digest(const struct hs_suspects *suspects,
                        struct hs_digest *digest)
{
    const struct hs_suspect *rows = suspects->rows.at;

    for (size_t i = 0; i < suspects->rows.count; i++) {
        struct hs_digest_row row = {.kind = "suspect",
                                    .name = hs_str_of(rows[i].fingerprint),
                                    .objects = 1,
                                    .bytes = (int64_t)rows[i].bytes,
                                    .metric = HS_METRIC_OWN};

        if (!rows[i].anyway)
            hs_digest_add(digest, row);
    }
}

void hs_heap_digest(const struct hs_case *c, const struct hs_suspects *suspects,
                    struct hs_digest *digest)
{
    hs_heap_digest_holders(c->base, digest, c->arena);
    hs_heap_digest_types(c->types, digest);
    hs_heap_digest_sites(c->base, digest, c->arena);
    if (suspects)
        hs_suspects_digest(suspects, digest);
}

bool hs_heap_fill(struct hs_run *run, const struct hs_snapshot *snapshot,
                  struct hs_digest *digest, struct hs_err *err)
{
    const struct hs_case *c;

    if (!hs_diff_heap_by(run, err))
        return false;
    c = hs_look_case(run, (size_t)(snapshot - run->snapshots), err);
    if (!c)
        return false;
    hs_heap_digest(c, NULL, digest);
    return true;
}
