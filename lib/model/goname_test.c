/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goname_test.c - packages of Go functions.
 */
#include "model/goname.h"

#include "base/test.h"

static bool package_is(const char *function, const char *package)
{
    return hs_str_equal(hs_goname_package(hs_str_of(function)),
                        hs_str_of(package));
}

TEST(a_package_ends_at_the_first_dot_after_the_last_slash)
{
    CHECK(package_is("main.main", "main"));
    CHECK(package_is("net/http.(*conn).serve", "net/http"));
    CHECK(package_is("example.com/orders/order.Decode.func1",
                     "example.com/orders/order"));
    CHECK(package_is("gopkg.in/yaml%2ev3.Marshal", "gopkg.in/yaml%2ev3"));
}

TEST(a_package_is_not_taken_from_type_arguments)
{
    CHECK(package_is("main.Map[go.shape.*example.com/x/y.T].Get", "main"));
    CHECK(package_is("main.(*Map[example.com/x/y.T]).Get", "main"));
}

TEST(a_name_of_c_has_no_package)
{
    CHECK(package_is("malloc", ""));
    CHECK(package_is("std::vector<int>::push_back", ""));
    CHECK(package_is("", ""));
}

TEST(the_standard_library_is_known_by_its_first_element)
{
    CHECK(hs_goname_standard(hs_str_of("encoding/json.Unmarshal")));
    CHECK(hs_goname_standard(hs_str_of("internal/runtime/maps.NewTable")));
    CHECK(hs_goname_standard(hs_str_of("type:.eq.main.T")));
    CHECK(!hs_goname_standard(hs_str_of("main.main")));
    CHECK(!hs_goname_standard(hs_str_of("example.com/net.Dial")));
    CHECK(!hs_goname_standard(hs_str_of("netx.Dial")));
}

TEST(entries_are_what_lies_below_every_stack)
{
    CHECK(hs_goname_entry(hs_str_of("main.main")));
    CHECK(hs_goname_entry(hs_str_of("runtime.main")));
    CHECK(!hs_goname_entry(hs_str_of("main.serve")));
}
TEST(wrappers_of_go_statements_are_known)
{
    CHECK(hs_goname_wrapper(hs_str_of("main.main.gowrap2")));
    CHECK(hs_goname_wrapper(hs_str_of("main.main.func\xc2\xb7"
                                      "dwrap\xc2\xb7"
                                      "1")));
    CHECK(!hs_goname_wrapper(hs_str_of("main.main.func1")));
    CHECK(!hs_goname_wrapper(hs_str_of("main.gowrap")));
}

TEST(plumbing_is_what_only_waits_or_schedules)
{
    CHECK(hs_goname_plumbing(hs_str_of("internal/poll.(*FD).Read")));
    CHECK(hs_goname_plumbing(hs_str_of("runtime.gopark")));
    CHECK(!hs_goname_plumbing(hs_str_of("net.(*conn).Read")));
}
