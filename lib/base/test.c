/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test.c - runs the registered unit tests; only linked into build/unit.
 */
#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hs_test *tests;

void hs_test_register(struct hs_test *test)
{
    test->next = tests;
    tests = test;
}

const char *hs_test_data(void)
{
    const char *folder = getenv("HS_TESTDATA");

    return folder ? folder : "testdata";
}

static int by_name(const void *a, const void *b)
{
    const struct CMUnitTest *x = a, *y = b;

    return strcmp(x->name, y->name);
}

int main(int argc, char **argv)
{
    struct CMUnitTest *list;
    size_t count = 0, n = 0, failed;

    for (struct hs_test *t = tests; t; t = t->next)
        count++;
    list = calloc(count + 1, sizeof(*list));
    if (!list)
        return 2;
    for (struct hs_test *t = tests; t; t = t->next)
        if (argc < 2 || strstr(t->name, argv[1]) || strstr(t->file, argv[1]))
            list[n++] =
                (struct CMUnitTest){.name = t->name, .test_func = t->body};
    qsort(list, n, sizeof(*list), by_name);
    if (n == 0) {
        fprintf(stderr, "unit: no test named like '%s'\n", argv[1]);
        free(list);
        return 2;
    }
    failed = (size_t)_cmocka_run_group_tests("unit", list, n, NULL, NULL);
    free(list);
    /* cmocka writes to both streams; the sum is to be the last line. */
    fflush(NULL);
    printf("%zu passed, %zu failed\n", n - failed, failed);
    return failed ? 1 : 0;
}
