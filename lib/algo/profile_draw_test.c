/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_draw_test.c - a picture accounts for everything.
 */
#include "algo/profile_draw.h"

#include "algo/profile_folded_test.h"

#include "base/test.h"

static const struct hs_drawn_edge *edge(const struct hs_folded *f,
                                        const struct hs_drawing *drawing,
                                        const char *from, const char *to)
{
    for (size_t i = 0; i < drawing->edge_count; i++) {
        const struct hs_drawn_edge *e = &drawing->edges[i];

        if (e->from < drawing->count &&
            drawing->nodes[e->from] == hs_folded_node(f, from) &&
            (to ? e->to < drawing->count &&
                      drawing->nodes[e->to] == hs_folded_node(f, to)
                : e->to == drawing->count))
            return e;
    }
    return NULL;
}

TEST(an_edge_counts_a_sample_once)
{
    struct hs_folded f;
    struct hs_drawing *drawing;

    hs_folded_open(&f, "main;f;g;f;g 7\n"
                       "main;f 1\n");
    drawing = hs_profile_draw(f.view, f.sums, 0, 80, &f.arena);
    assert_int_equal(drawing->count, 3);
    assert_int_equal(drawing->left_out, 0);
    CHECK(edge(&f, drawing, "f", "g")->weight == 7);
    CHECK(edge(&f, drawing, "g", "f")->weight == 7);
    CHECK(edge(&f, drawing, "main", "f")->weight == 8);
    CHECK(!edge(&f, drawing, "main", "f")->residual);
    hs_folded_close(&f);
}

TEST(an_edge_over_a_node_that_is_not_drawn_is_residual)
{
    struct hs_folded f;
    struct hs_drawing *drawing;

    hs_folded_open(&f, "main;a;leaf 10\n"
                       "main;b;leaf 90\n"
                       "main;c 50\n");
    drawing = hs_profile_draw(f.view, f.sums, 0, 3, &f.arena);
    assert_int_equal(drawing->count, 3); /* leaf, c, main */
    assert_int_equal(drawing->left_out, 2);
    CHECK(drawing->left_out_flat == 0);
    CHECK(edge(&f, drawing, "main", "leaf")->residual);
    CHECK(edge(&f, drawing, "main", "leaf")->weight == 100);
    hs_folded_close(&f);
}

TEST(what_is_not_drawn_arrives_at_the_rest)
{
    struct hs_folded f;
    struct hs_drawing *drawing;

    hs_folded_open(&f, "main;a 40\n"
                       "main;b 30\n"
                       "main;c 20\n");
    drawing = hs_profile_draw(f.view, f.sums, 0, 2, &f.arena);
    assert_int_equal(drawing->count, 2); /* a, main */
    CHECK(drawing->left_out_flat == 50);
    CHECK(edge(&f, drawing, "main", NULL)->weight == 50);
    hs_folded_close(&f);
}
