/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include "base/test.h"

struct tally {
    unsigned parts;
    uint64_t count;
    uint64_t sums[100];
};

static void add_share(void *context, unsigned part)
{
    struct tally *tally = context;
    uint64_t end = hs_parallel_share(tally->count, part + 1, tally->parts);

    for (uint64_t i = hs_parallel_share(tally->count, part, tally->parts);
         i < end; i++)
        tally->sums[part] += i;
}

TEST(every_part_runs_once_and_shares_leave_nothing_out)
{
    for (unsigned parts = 1; parts <= 100; parts += parts < 4 ? 1 : 16) {
        for (uint64_t count = 0; count < 1000; count = count * 2 + 1) {
            struct tally tally = {.parts = parts, .count = count};
            uint64_t sum = 0;

            hs_parallel_run(parts, add_share, &tally);
            for (unsigned i = 0; i < parts; i++)
                sum += tally.sums[i];
            CHECK(sum == (count ? count * (count - 1) / 2 : 0));
        }
    }
}

TEST(there_is_at_least_one_processor)
{
    CHECK(hs_parallel_processors() >= 1);
    CHECK(hs_parallel_processors() <= HS_PARALLEL_MOST);
}
