/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sites_test.c - sites, and who called Go's library.
 */
#include "algo/profile_sites.h"

#include "algo/profile_folded_test.h"

#include "base/test.h"

static struct hs_site *sites(struct hs_folded *f, const char *stacks,
                             size_t *count)
{
    struct hs_site_types types = {0, SIZE_MAX, SIZE_MAX};

    hs_folded_open(f, stacks);
    return hs_profile_sites(f->view, &types, SIZE_MAX, count, &f->arena);
}

TEST(sites_have_flat_values_the_biggest_first)
{
    struct hs_folded f;
    size_t count;
    struct hs_site *found = sites(&f,
                                  "main.main;main.a 10\n"
                                  "main.main;main.b;main.a 5\n"
                                  "main.main;main.b 40\n",
                                  &count);

    assert_int_equal(count, 2);
    CHECK(found[0].node == hs_folded_node(&f, "main.b"));
    CHECK(found[1].node == hs_folded_node(&f, "main.a"));
    CHECK(found[1].value == 15);
    CHECK(found[0].caller == HS_NO_CALLER);
    hs_folded_close(&f);
}

TEST(a_site_in_gos_library_has_the_own_function_that_called_it_most)
{
    struct hs_folded f;
    size_t count;
    struct hs_site *found = sites(&f,
                                  "main.main;main.a;reflect.New 10\n"
                                  "main.main;main.b;fmt.Sprint;reflect.New 9\n"
                                  "main.main;main.b;reflect.New 9\n",
                                  &count);

    assert_int_equal(count, 1);
    CHECK(found[0].value == 28);
    CHECK(found[0].caller == hs_folded_node(&f, "main.b"));
    hs_folded_close(&f);
}

TEST(assembly_counts_as_gos_library)
{
    struct hs_folded f;
    size_t count;
    struct hs_site *found =
        sites(&f, "main.main;main.a;aeshashbody 3\n", &count);

    assert_int_equal(count, 1);
    CHECK(found[0].caller == hs_folded_node(&f, "main.a"));
    hs_folded_close(&f);
}

TEST(a_site_that_only_the_runtime_calls_has_no_caller)
{
    struct hs_folded f;
    size_t count;
    struct hs_site *found =
        sites(&f, "runtime.mstart;runtime.malg;aeshashbody 3\n", &count);

    assert_int_equal(count, 1);
    CHECK(found[0].caller == HS_NO_CALLER);
    hs_folded_close(&f);
}
