/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_digest.c - what a heap has to say, as rows to be compared.
 *
 * Kinds are those of the report's holders, and "type", "suspect".
 */
#include "section_heap.h"

static void add_holders(const struct hs_case *c, struct hs_digest *digest)
{
    for (uint32_t h = 0; h < c->holders->holder_count; h++) {
        const struct hs_holder *holder = &c->holders->holders[h];
        uint32_t node = hs_retention_holder(c->retention, h);
        struct hs_digest_row row = {
            .kind = hs_holder_kind_name((enum hs_holder_kind)holder->kind),
            .objects = (int64_t)hs_retention_objects(c->retention, node),
            .bytes = (int64_t)hs_retention_owned(c->retention, h),
            .metric = HS_METRIC_RETAINED,
        };

        if (!holder->unit && holder->kind != HS_HOLDER_PACKAGE &&
            holder->kind != HS_HOLDER_TIMERS && holder->kind != HS_HOLDER_POOLS)
            continue;
        if (holder->kind == HS_HOLDER_GROUP)
            row.objects = (int64_t)hs_holders_goroutines(c->holders, h);
        else if (holder->kind == HS_HOLDER_FINALIZERS)
            row.objects =
                (int64_t)(holder[1].first_child - holder->first_child);
        if (!row.objects && !row.bytes)
            continue;
        row.name = hs_holders_name(c->holders, h, c->arena);
        hs_digest_add(digest, row);
    }
}

static void add_types(const struct hs_case *c, struct hs_digest *digest)
{
    for (size_t i = 0; i < c->types->count; i++) {
        const struct hs_type_row *type = &c->types->rows[i];

        if (type->objects)
            hs_digest_add(digest, (struct hs_digest_row){
                                      .kind = "type",
                                      .name = type->name,
                                      .objects = (int64_t)type->objects,
                                      .bytes = (int64_t)type->bytes,
                                      .metric = HS_METRIC_OWN});
    }
}

static void add_suspects(const struct hs_suspects *suspects,
                         struct hs_digest *digest)
{
    const struct hs_suspect *rows = suspects->rows.at;

    for (size_t i = 0; i < suspects->rows.count; i++)
        hs_digest_add(digest, (struct hs_digest_row){
                                  .kind = "suspect",
                                  .name = hs_str_of(rows[i].fingerprint),
                                  .objects = 1,
                                  .bytes = (int64_t)rows[i].bytes,
                                  .metric = HS_METRIC_OWN});
}

void hs_heap_digest(const struct hs_case *c, const struct hs_suspects *suspects,
                    struct hs_digest *digest)
{
    digest->total = (int64_t)c->base->totals.reachable_bytes;
    add_holders(c, digest);
    add_types(c, digest);
    if (suspects)
        add_suspects(suspects, digest);
}
