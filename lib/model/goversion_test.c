/* SPDX-License-Identifier: Apache-2.0 */
/* goversion_test.c - versions as real dumps have them. */
#include "model/goversion.h"

#include "base/test.h"

TEST(the_minor_version_is_the_number_behind_go1)
{
    CHECK(hs_goversion_minor(hs_str_of("go1.19.13")) == 19);
    CHECK(hs_goversion_minor(hs_str_of("go1.26.8-X:nogreenteagc")) == 26);
    CHECK(hs_goversion_minor(hs_str_of("devel go1.27-0123abc")) == 27);
    CHECK(hs_goversion_minor(hs_str_of("devel +0123abc")) > 100);
    CHECK(hs_goversion_minor((struct hs_str){0}) > 100);
}

TEST(an_experiment_is_not_the_one_that_turns_it_off)
{
    struct hs_str on = hs_str_of("go1.25.5 X:greenteagc");
    struct hs_str off = hs_str_of("go1.26.8-X:nogreenteagc");

    CHECK(hs_goversion_has(on, "greenteagc"));
    CHECK(!hs_goversion_has(off, "greenteagc"));
    CHECK(hs_goversion_has(off, "nogreenteagc"));
    CHECK(!hs_goversion_has_headers(hs_str_of("go1.21.13")));
    CHECK(hs_goversion_has_headers(hs_str_of("go1.22.12")));
    CHECK(!hs_goversion_has_headers(hs_str_of("go1.22.12 X:noallocheaders")));
}
