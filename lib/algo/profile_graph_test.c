/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_graph_test.c - gateways of call graphs whose answer is known.
 */
#include "algo/profile_graph.h"

#include "algo/profile_folded_test.h"

#include "base/test.h"

#include <stdio.h>

/* Whether the gateways of STACKS are WANTED: "name retained" joined by ", ",
 * the biggest first. */
static void check(const char *stacks, const char *wanted)
{
    struct hs_folded f;
    struct hs_gateways gateways;
    struct hs_err err = HS_ERR_NONE;
    const char *found = "";

    hs_folded_open(&f, stacks);
    CHECK(hs_profile_gateways(f.view, f.sums, 0, &gateways, &f.arena, &err));
    for (size_t i = 0; i < gateways.count; i++) {
        struct hs_str name = f.view->nodes[gateways.list[i].node].name;

        found = hs_arena_printf(&f.arena, "%s%s%.*s %lld", found, i ? ", " : "",
                                (int)name.size, name.text,
                                (long long)gateways.list[i].retained);
    }
    assert_string_equal(found, wanted);
    hs_folded_close(&f);
}

TEST(of_a_chain_only_the_last_function_is_a_gateway)
{
    check("runtime.main;main.main;main.serve;main.handle;main.store 100\n",
          "main.store 100");
}

TEST(a_function_where_the_ways_part_is_a_gateway)
{
    check("main.main;main.handle;main.store 60\n"
          "main.main;main.handle;main.ask 40\n",
          "main.handle 100, main.store 60, main.ask 40");
}

TEST(what_two_functions_call_is_retained_by_neither)
{
    check("main.main;main.a;main.x 30\n"
          "main.main;main.b;main.x 70\n",
          "main.x 100");
    check("main.main;main.a;main.x 30\n"
          "main.main;main.b;main.x 60\n"
          "main.main;main.b 10\n",
          "main.x 90, main.b 10");
}

TEST(a_function_of_gos_library_gives_way_to_its_caller)
{
    check("main.main;main.load;encoding/json.Unmarshal;reflect.New 90\n"
          "main.main;main.note;strings.Repeat 10\n",
          "main.load 90, main.note 10");
}

TEST(recursion_does_not_hide_a_gateway)
{
    check("main.main;main.walk;main.visit;main.walk;main.visit;main.leaf 50\n"
          "main.main;main.walk;main.visit 50\n",
          "main.visit 100, main.leaf 50");
}

TEST(goroutines_have_roots_of_their_own)
{
    check("main.worker;main.keep 20\n"
          "runtime.main;main.main;main.keep 80\n",
          "main.keep 100");
}

TEST(less_than_a_hundredth_is_no_gateway)
{
    check("main.main;main.big 1000\n"
          "main.main;main.small 9\n",
          "main.big 1000");
}

TEST(a_profile_without_samples_has_no_gateways)
{
    check("", "");
    check("main.main;main.a 0\n", "");
}

TEST(retained_values_may_be_more_than_64_bits_hold)
{
    struct hs_folded f;
    struct hs_gateways gateways;
    struct hs_err err = HS_ERR_NONE;

    hs_folded_open(&f, "main.main;main.h;main.a 9223372036854775807\n"
                       "main.main;main.h;main.b 9223372036854775807\n"
                       "main.main;main.h;main.c 9223372036854775807\n");
    CHECK(hs_profile_gateways(f.view, f.sums, 0, &gateways, &f.arena, &err));
    CHECK(gateways.list[0].node == hs_folded_node(&f, "main.h"));
    CHECK(gateways.list[0].retained == 3 * (__int128)INT64_MAX);
    hs_folded_close(&f);
}

#define FUNCTIONS 8

/* Stacks of main.a to main.h, some inlined in others; EDGE[f][g]: g is called
 * by f, or by nobody if f is FUNCTIONS.  FLAT: of each function. */
struct random_stacks {
    uint64_t seed;
    char text[4096];
    bool edge[FUNCTIONS + 1][FUNCTIONS];
    int64_t flat[FUNCTIONS];
};

static unsigned next(struct random_stacks *r, unsigned below)
{
    r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(r->seed >> 33) % below;
}

static void fill(struct random_stacks *r)
{
    unsigned stacks = 1 + next(r, 12), starts = 1 + next(r, FUNCTIONS);
    size_t used = 0;

    for (unsigned s = 0; s < stacks; s++) {
        unsigned depth = 1 + next(r, 5), from = FUNCTIONS;
        int64_t value = 1 + next(r, 100);

        for (unsigned i = 0; i < depth; i++) {
            unsigned f = next(r, i ? FUNCTIONS : starts);

            used += (size_t)snprintf(r->text + used, sizeof(r->text) - used,
                                     "%smain.%c",
                                     !i               ? ""
                                     : next(r, 3) > 0 ? ";"
                                                      : ">",
                                     (char)('a' + f));
            if (f != from)
                r->edge[from][f] = true;
            from = f;
        }
        used += (size_t)snprintf(r->text + used, sizeof(r->text) - used,
                                 " %lld\n", (long long)value);
        r->flat[from] += value;
    }
}

/* What can only be reached by way of function F. */
static int64_t retained_by(const struct random_stacks *r, unsigned f)
{
    bool reached[FUNCTIONS + 1] = {[FUNCTIONS] = true}, more = true;
    int64_t sum = 0;

    while (more) {
        more = false;
        for (unsigned from = 0; from <= FUNCTIONS; from++)
            for (unsigned to = 0; to < FUNCTIONS; to++)
                if (reached[from] && from != f && r->edge[from][to] &&
                    !reached[to])
                    reached[to] = more = true;
    }
    for (unsigned to = 0; to < FUNCTIONS; to++)
        sum += to == f || !reached[to] ? r->flat[to] : 0;
    return sum;
}

TEST(a_function_retains_what_cannot_be_reached_without_it)
{
    for (unsigned round = 0; round < 2000; round++) {
        struct random_stacks r = {.seed = round};
        struct hs_err err = HS_ERR_NONE;
        struct hs_gateways gateways;
        struct hs_folded f;

        fill(&r);
        hs_folded_open(&f, r.text);
        CHECK(
            hs_profile_gateways(f.view, f.sums, 0, &gateways, &f.arena, &err));
        for (uint32_t n = 0; n < f.view->node_count; n++) {
            struct hs_str name = f.view->nodes[n].name;
            int64_t wanted;

            if (name.size != strlen("main.a"))
                continue; /* code without a function */
            wanted = retained_by(&r, (unsigned)(name.text[5] - 'a'));
            if (gateways.retained[n] != wanted)
                fail_msg("%.6s retains %lld, not %lld, of\n%s", name.text,
                         (long long)gateways.retained[n], (long long)wanted,
                         r.text);
        }
        hs_folded_close(&f);
    }
}
