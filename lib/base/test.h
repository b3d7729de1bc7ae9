/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test.h - a unit test is a sentence and a body; no list to keep.
 *
 *     TEST(a_cursor_refuses_a_length_that_would_wrap)
 *     {
 *         CHECK(!hs_cursor_take(&cursor, UINT64_MAX));
 *     }
 *
 * A test registers itself before main() runs.  cmocka runs it; its assert_*
 * macros may be used as they are.  CHECK shows the expression that failed.
 * build/unit [WORD] runs the tests whose file or name contains WORD.
 */
#ifndef HS_BASE_TEST_H
#define HS_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct hs_test {
    const char *file, *name;
    void (*body)(void **state);
    struct hs_test *next;
};

void hs_test_register(struct hs_test *test);

/* The folder of test inputs, "testdata" unless HS_TESTDATA says otherwise. */
const char *hs_test_data(void);

#define TEST(sentence)                                                         \
    static void test_##sentence(void **state);                                 \
    __attribute__((constructor)) static void enlist_##sentence(void)           \
    {                                                                          \
        static struct hs_test test = {                                         \
            .file = __FILE__, .name = #sentence, .body = test_##sentence};     \
        hs_test_register(&test);                                               \
    }                                                                          \
    static void test_##sentence(__attribute__((unused)) void **state)

#define CHECK(condition) assert_true(condition)

#endif
