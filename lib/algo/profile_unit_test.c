/* SPDX-License-Identifier: Apache-2.0 */
/* profile_unit_test.c - conversions, by pprof's own measurement tests. */
#include "algo/profile_unit.h"

#include "base/test.h"

static void check(int64_t value, const char *from, const char *to,
                  double expected, const char *unit)
{
    struct hs_str found;
    double scaled =
        hs_unit_scale(value, hs_str_of(from), hs_str_of(to), &found);

    if (scaled < expected - 1e-9 || scaled > expected + 1e-9 ||
        !hs_str_equal(found, hs_str_of(unit)))
        fail_msg("%lld %s in %s is %g %.*s", (long long)value, from, to, scaled,
                 (int)found.size, found.text);
}

TEST(units_of_one_kind_are_converted)
{
    check(1, "megabytes", "kB", 1024, "kB");
    check(64, "KB", "kb", 64, "kB");
    check(-1536, "b", "kbytes", -1.5, "kB");
    check(1, "s", "ms", 1000, "ms");
    check(2, "hours", "seconds", 7200, "s");
    check(10, "GCU", "m*gcu", 10, "GCU"); /* no name has a star */
    check(10, "gcus", "milliGCU", 10000, "m*GCU");
}

TEST(what_is_asked_for_in_another_kind_comes_in_its_own)
{
    check(2048, "bytes", "", 2048, "B");
    check(2048, "kb", "ns", 2097152, "B");
    check(5000, "ms", "count", 5, "s");
}

TEST(what_is_no_unit_keeps_its_number)
{
    check(7, "tenants", "", 7, "");
    check(7, "tenants", "count", 7, "");
    check(7, "", "kb", 7, "kb");
    check(7, " b", "b", 7, "b");
    check(7, "byte kilobyte", "b", 7, "b");
    check(7, "a name that is very long indeed", "x", 7, "x");
}

TEST(units_are_of_one_kind_if_equal_or_both_known)
{
    CHECK(hs_unit_same_kind(hs_str_of("bytes"), hs_str_of("MB")));
    CHECK(hs_unit_same_kind(hs_str_of("?"), hs_str_of("?")));
    CHECK(!hs_unit_same_kind(hs_str_of("bytes"), hs_str_of("ns")));
    CHECK(!hs_unit_same_kind(hs_str_of("bytes"), hs_str_of("count")));
}
