/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.c - rows in the order of their kind and name.
 */
#include "model/digest.h"

#include "base/hash.h"

#include <stdlib.h>

/* Fingerprints are printed, so their seed may never change. */
#define FINGERPRINT_SEED 0x68656170u

void hs_digest_init(struct hs_digest *digest, struct hs_arena *arena)
{
    *digest = (struct hs_digest){.rows = HS_COLUMN(struct hs_digest_row, arena),
                                 .unit = "bytes"};
}

void hs_digest_add(struct hs_digest *digest, struct hs_digest_row row)
{
    row.fingerprint = hs_hash_bytes(
        row.name.text, row.name.size,
        hs_hash_bytes(row.kind, strlen(row.kind), FINGERPRINT_SEED));
    hs_column_push(&digest->rows, &row);
}

int hs_digest_compare(const struct hs_digest_row *a,
                      const struct hs_digest_row *b)
{
    int order = strcmp(a->kind, b->kind);

    return order ? order : hs_str_compare(a->name, b->name);
}

static int compare(const void *a, const void *b)
{
    return hs_digest_compare(a, b);
}

int64_t hs_digest_plus(int64_t a, int64_t b, bool *saturated)
{
    int64_t sum;

    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    *saturated = true;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

static void merge(struct hs_digest_row *into, const struct hs_digest_row *row)
{
    into->bytes = hs_digest_plus(into->bytes, row->bytes, &into->saturated);
    into->retained =
        hs_digest_plus(into->retained, row->retained, &into->saturated);
    if (into->objects >= 0 && row->objects >= 0)
        into->objects =
            hs_digest_plus(into->objects, row->objects, &into->saturated);
    else
        into->objects = -1;
    into->variance += row->variance;
    into->saturated |= row->saturated;
}

void hs_digest_close(struct hs_digest *digest)
{
    struct hs_digest_row *rows = digest->rows.at;
    size_t kept = 0;

    if (digest->rows.count == 0)
        return;
    qsort(rows, digest->rows.count, sizeof(*rows), compare);
    for (size_t i = 1; i < digest->rows.count; i++) {
        if (compare(&rows[kept], &rows[i]) == 0)
            merge(&rows[kept], &rows[i]);
        else
            rows[++kept] = rows[i];
    }
    digest->rows.count = kept + 1;
}
