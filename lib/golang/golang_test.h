/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang_test.h - an executable of testdata/ or of bytes, opened for a test.
 */
#ifndef HS_GOLANG_GOLANG_TEST_H
#define HS_GOLANG_GOLANG_TEST_H

#include "golang/golang_impl.h"

struct golang_case {
    struct hs_snapshot snapshot;
    struct hs_arena scratch;
    struct golang g;
    struct hs_err err;
    bool good; /* it could be read; else ERR says why */
};

/* Reads testdata/FILE into the snapshot of CASE, by the format it has. */
void golang_case_add(struct golang_case *c, const char *file);

/* CASE with testdata/FILE, read as far as hs_golang_read_program() does. */
void golang_case_open(struct golang_case *c, const char *file);

/* The same of SIZE bytes at DATA. */
void golang_case_over(struct golang_case *c, const void *data, size_t size);

void golang_case_close(struct golang_case *c);

/* Everything that can be asked of it: all types with their masks, all lines,
 * all functions' data.  Says a number that depends on all of it. */
uint64_t golang_case_ask(struct golang_case *c);

#endif
