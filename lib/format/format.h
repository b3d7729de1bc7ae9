/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - one kind of input file, as the rest of heapscope sees it.
 *
 * A format is one source file in this folder that ends in one constant,
 *
 *     const struct hs_format hs_format_NAME = { ... };
 *
 * and one row, HS_FORMAT(NAME), in formats.def.  Nothing else in the tree
 * mentions it: --from, help, the fuzz driver and the tests all read the table.
 * A format may include base/ and model/, and not another format: what two of
 * them share belongs in base/.
 */
#ifndef HS_FORMAT_FORMAT_H
#define HS_FORMAT_FORMAT_H

#include "base/cursor.h"
#include "base/input.h"
#include "model/snapshot.h"

struct hs_format {
    const char *name;    /* "pprof": --from, and the folder in testdata/ */
    const char *title;   /* "pprof profile (protobuf, gzip or raw)" */
    const char *command; /* the one line that takes one; NULL if not decoded */
    const char *capture; /* how, at length, and what it costs; or NULL */
    unsigned fills;      /* enum hs_part; 0: recognised, but not decoded */

    /* How sure the format is that HEAD, the first inflated bytes, is its own:
     * 0 for no, 100 for a magic number that nothing else has.  The highest
     * bid wins, the earlier row on a tie. */
    int (*probe)(struct hs_cursor head);

    /* Decodes INPUT into SNAPSHOT.  On failure ERR is filled and what came
     * before stays if it can be used: then the part is set in
     * snapshot->parts, and the report is partial.  NULL: recognised only. */
    bool (*decode)(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err);
};

/* The format called NAME, or NULL. */
const struct hs_format *hs_format_named(const char *name);

/* The format that bids most for HEAD, or NULL if none bids at all. */
const struct hs_format *hs_format_probe(struct hs_cursor head);

/* All formats in table order; *COUNT says how many. */
const struct hs_format *const *hs_formats(size_t *count);

#endif
