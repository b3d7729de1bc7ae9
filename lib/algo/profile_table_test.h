/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_table_test.h - tables of what go tool pprof prints, beside the
 * profiles in testdata/pprof (testdata/README.md).
 */
#ifndef HS_ALGO_PROFILE_TABLE_TEST_H
#define HS_ALGO_PROFILE_TABLE_TEST_H

#include "algo/profile_view.h"
#include "model/snapshot.h"

struct pprof_row {
    char *type, *granularity, *name;
    __int128 flat, cum;
};

struct pprof_table {
    struct hs_arena arena;
    struct hs_column rows; /* struct pprof_row */
    struct hs_snapshot snapshot;
    const char *file;  /* of the table */
    const char *flags; /* its first line */
};

/* Reads the profile at PATH; fails the test if it is none. */
void hs_test_decode(struct hs_snapshot *snapshot, const char *path);

/* Reads the rows of TABLE, whose arena and file are set. */
void hs_test_read_rows(struct pprof_table *table);

/* Opens the table testdata/pprof/NAME and the profile that PROFILE letters of
 * its name say. */
void hs_test_open_table(struct pprof_table *table, const char *name,
                        size_t profile);
void hs_test_close_table(struct pprof_table *table);

/* Fails the test unless every row of the table, in its order, is what PROFILE
 * is seen to hold through OPTIONS, whose granularity the rows set. */
void hs_test_check_rows(struct pprof_table *table,
                        const struct hs_profile *profile,
                        const struct hs_view_options *options);

#endif
