/* SPDX-License-Identifier: Apache-2.0 */
/* retention_real_test.c - dominators of all real dumps, each certified, on one
 * thread and on two. */
#include <glob.h>
#include <stdio.h>

#include "algo/heap_case.h"
#include "algo/retention_proof_test.h"
#include "base/test.h"
#include "format/format.h"

static void check_case(const struct hs_heap *heap, unsigned threads,
                       const char *path)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_heap_case *c =
        hs_heap_case_new(heap, threads, &arena, &err);
    const struct hs_dominators *dom;
    const char *wrong;

    CHECK(c);
    dom = hs_retention_numbers(c->retention);
    wrong = retention_proof(heap, c->holders, threads, c->retention);
    if (wrong)
        fail_msg("%s: %s", path, wrong);
    CHECK(c->totals.reachable_objects == dom->retained[1].objects);
    CHECK(c->totals.objects == hs_heap_count(heap));
    CHECK(dom->count > 100);
    hs_arena_free(&arena);
}

static void check_file(const char *path)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_open(path, NULL, &err);
    struct hs_snapshot snapshot;

    CHECK(input);
    hs_snapshot_init(&snapshot);
    hs_column_push(&snapshot.sources,
                   &(struct hs_source){.path = path, .input = input});
    CHECK(hs_format_named("godump")->decode(input, &snapshot, &err));
    check_case(snapshot.heap, 1, path);
    check_case(snapshot.heap, 2, path);
    hs_snapshot_close(&snapshot);
}

TEST(the_dominators_of_real_dumps_are_certified)
{
    char pattern[4096];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/godump/*.dump.gz", hs_test_data());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    CHECK(found.gl_pathc >= 10);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_file(found.gl_pathv[i]);
    globfree(&found);
}
