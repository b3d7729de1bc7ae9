/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_test.h - small heap dumps written by hand, for tests.
 *
 *     struct test_dump d;
 *
 *     test_dump_open(&d, "go1.24.0");
 *     test_dump_object(&d, 0x1000, 16, 2, (uint64_t[]){0x2000, 0});
 *     test_dump_goroutine(&d, 0x9000, 1);
 *     test_dump_frame(&d, 0x7000, "main.main", 1, (uint64_t[]){0x1000}, 1);
 *     test_dump_segment(&d, true, 0x500000, 1, (uint64_t[]){0x1000});
 *     heap = test_dump_read(&d);
 *     ...
 *     test_dump_close(&d);
 *
 * 64-bit, little-endian.  Records are written in the order of the calls; a
 * frame belongs to the goroutine before it.
 */
#ifndef HS_ALGO_DUMP_TEST_H
#define HS_ALGO_DUMP_TEST_H

#include "model/heap.h"
#include "model/snapshot.h"

struct test_dump {
    struct hs_arena arena;
    struct hs_column bytes; /* uint8_t */
    struct hs_snapshot snapshot;
    uint64_t depth, child; /* of the goroutine being written */
};

void test_dump_open(struct test_dump *d, const char *version);

/* An object of SIZE bytes whose first COUNT words are pointers. */
void test_dump_object(struct test_dump *d, uint64_t address, uint64_t size,
                      size_t count, const uint64_t *words);

/* An object of SIZE bytes with words WORDS, of which those in MASK (bit i is
 * word i) are pointers. */
void test_dump_object_masked(struct test_dump *d, uint64_t address,
                             uint64_t size, size_t count, const uint64_t *words,
                             uint64_t mask);

/* A parked goroutine. */
void test_dump_goroutine(struct test_dump *d, uint64_t g, uint64_t id);

/* A frame at SP of COUNT words, of which those in MASK are listed. */
void test_dump_frame(struct test_dump *d, uint64_t sp, const char *function,
                     size_t count, const uint64_t *words, uint64_t mask);

/* Data, or BSS if not DATA, all of whose words are pointers. */
void test_dump_segment(struct test_dump *d, bool data, uint64_t address,
                       size_t count, const uint64_t *words);

void test_dump_finalizer(struct test_dump *d, uint64_t object, uint64_t closure,
                         uint64_t pc, bool queued);

/* An allocation site of COUNT lines, innermost first: functions, each at line
 * 10 of a file of its name. */
void test_dump_site(struct test_dump *d, uint64_t id, size_t count,
                    const char *const *functions);

/* OBJECT was allocated at the site ID. */
void test_dump_sample(struct test_dump *d, uint64_t object, uint64_t id);

/* Ends the dump and decodes it; fails the test if that fails. */
const struct hs_heap *test_dump_read(struct test_dump *d);

void test_dump_close(struct test_dump *d);

#endif
