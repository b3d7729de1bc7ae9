/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tree_test.c - call trees, whole and folded.
 */
#include "algo/profile_tree.h"

#include "algo/profile_folded_test.h"

#include <stdlib.h>

#include "base/test.h"

/* Whether the tree of STACKS reads as WANTED: "depth name cum flat" a row. */
static void check(const char *stacks, const char *root, size_t limit,
                  const char *wanted)
{
    struct hs_folded f;
    struct hs_call_tree *tree;
    const char *found = "";

    hs_folded_open(&f, stacks);
    tree = hs_profile_tree(f.view, 0,
                           root ? hs_folded_node(&f, root) : HS_NO_NODE_BELOW,
                           limit, &f.arena);
    for (size_t i = 0; i < tree->count; i++) {
        const struct hs_tree_row *row = &tree->rows[i];
        struct hs_str name = row->node == HS_NO_NODE_BELOW
                                 ? hs_str_of("...")
                                 : f.view->nodes[row->node].name;

        found = hs_arena_printf(&f.arena, "%s%u %.*s %lld %lld\n", found,
                                row->depth, (int)name.size, name.text,
                                (long long)row->cum, (long long)row->flat);
    }
    assert_string_equal(found, wanted);
    hs_folded_close(&f);
}

static const char stacks[] = "main;a;x 10\n"
                             "main;b 1\n"
                             "main;a 5\n"
                             "main;a;y 20\n"
                             "other 3\n"
                             "main;b;x 2\n";

TEST(a_call_tree_has_the_biggest_branch_first)
{
    check(stacks, NULL, 0,
          "0 main 38 0\n"
          "1 a 35 5\n"
          "2 y 20 20\n"
          "2 x 10 10\n"
          "1 b 3 1\n"
          "2 x 2 2\n"
          "0 other 3 3\n");
}

TEST(a_limited_call_tree_has_the_biggest_branches_and_folds_the_rest)
{
    check(stacks, NULL, 3,
          "0 main 38 0\n"
          "1 a 35 5\n"
          "2 y 20 20\n"
          "2 ... 10 0\n"
          "1 ... 3 0\n"
          "0 ... 3 0\n");
}

TEST(a_call_tree_may_start_at_a_function)
{
    check(stacks, "b", 0,
          "0 b 3 1\n"
          "1 x 2 2\n");
    check("main;f;g;f;g 7\n", "f", 0,
          "0 f 7 0\n"
          "1 g 7 0\n"
          "2 f 7 0\n"
          "3 g 7 7\n");
}

TEST(a_call_tree_of_nothing_is_empty)
{
    check("", NULL, 0, "");
    check("main;a 0\n", NULL, 10, "");
}

TEST(a_call_tree_of_a_deep_stack_needs_no_stack)
{
    struct hs_folded f;
    struct hs_call_tree *tree;
    size_t depth = 100000;
    char *text = malloc(depth * 4 + 16);

    for (size_t i = 0; i < depth; i++)
        memcpy(text + i * 2, i % 2 ? "g;" : "f;", 2);
    memcpy(text + depth * 2, "h 1\n", 5);
    hs_folded_open(&f, text);
    tree = hs_profile_tree(f.view, 0, HS_NO_NODE_BELOW, 0, &f.arena);
    assert_int_equal(tree->count, depth + 1);
    assert_int_equal(tree->rows[depth].depth, depth);
    hs_folded_close(&f);
    free(text);
}
