/* SPDX-License-Identifier: Apache-2.0 */
/* process_test.c - files that say what memory a process has: each form of the
 * same numbers gives the same facts. */
#include <stdio.h>

#include "algo/waterfall.h"
#include "base/test.h"
#include "format/format.h"
#include "model/process.h"

#define MIB ((uint64_t)1 << 20)

/* Decodes testdata/PATH, which must be FORMAT, into SNAPSHOT. */
static void add(struct hs_snapshot *snapshot, const char *path,
                const char *format)
{
    char full[512];
    const struct hs_format *found;
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;

    snprintf(full, sizeof(full), "%s/%s", hs_test_data(), path);
    input = hs_input_open(full, NULL, &err);
    assert_non_null(input);
    found = hs_format_probe(hs_input_head(input));
    assert_non_null(found);
    assert_string_equal(found->name, format);
    assert_true(found->decode(input, snapshot, &err));
    hs_input_close(input);
}

static uint64_t fact(const struct hs_snapshot *snapshot, enum hs_fact_name name)
{
    uint64_t value = 0;

    assert_true(hs_process_knows(snapshot->process, name, &value));
    return value;
}

static bool refuses(const char *format, const char *text)
{
    struct hs_input *input = hs_input_over(text, strlen(text), NULL);
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;
    bool good;

    hs_snapshot_init(&snapshot);
    good = hs_format_named(format)->decode(input, &snapshot, &err);
    hs_snapshot_close(&snapshot);
    hs_input_close(input);
    return !good;
}

/* The kernel's own sums: smaps, smaps_rollup and status of one moment. */
TEST(smaps_adds_up_to_its_rollup_and_to_status)
{
    struct hs_snapshot all, rollup, status;

    hs_snapshot_init(&all);
    hs_snapshot_init(&rollup);
    hs_snapshot_init(&status);
    add(&all, "smaps/go1.26-smaps.gz", "smaps");
    add(&rollup, "smaps/go1.26-rollup", "smaps");
    add(&status, "procstatus/go1.26-status", "procstatus");
    assert_int_equal(fact(&all, HS_FACT_RSS), fact(&rollup, HS_FACT_RSS));
    assert_int_equal(fact(&all, HS_FACT_RSS_ANON),
                     fact(&rollup, HS_FACT_RSS_ANON));
    assert_int_equal(fact(&all, HS_FACT_RSS), fact(&status, HS_FACT_RSS));
    assert_int_equal(fact(&all, HS_FACT_RSS_ANON),
                     fact(&status, HS_FACT_RSS_ANON));
    assert_int_equal(fact(&all, HS_FACT_RSS_FILE),
                     fact(&status, HS_FACT_RSS_FILE));
    assert_int_equal(fact(&all, HS_FACT_ARENAS) + fact(&all, HS_FACT_C_HEAP) +
                         fact(&all, HS_FACT_MAPPED) +
                         fact(&all, HS_FACT_OTHER_ANON),
                     fact(&all, HS_FACT_RSS));
    hs_snapshot_close(&all);
    hs_snapshot_close(&rollup);
    hs_snapshot_close(&status);
}

/* Arenas are found with names and without, at a fixed place and a random one:
 * what is resident there is at least what the program keeps. */
TEST(arenas_of_go_are_told_from_other_mappings)
{
    struct hs_snapshot snapshot;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "smaps/go1.26-smaps.gz", "smaps");
    assert_true(fact(&snapshot, HS_FACT_ARENAS) > 20 * MIB);
    assert_true(fact(&snapshot, HS_FACT_OTHER_ANON) < 4 * MIB);
    hs_snapshot_close(&snapshot);
    hs_snapshot_init(&snapshot);
    add(&snapshot, "smaps/go1.22-smaps.gz", "smaps");
    assert_true(fact(&snapshot, HS_FACT_ARENAS) > 20 * MIB);
    hs_snapshot_close(&snapshot);
    hs_snapshot_init(&snapshot);
    add(&snapshot, "smaps/huge.smaps", "smaps");
    assert_int_equal(fact(&snapshot, HS_FACT_ARENAS), 500 * MIB);
    assert_int_equal(fact(&snapshot, HS_FACT_ARENAS_HUGE), 480 * MIB);
    assert_int_equal(fact(&snapshot, HS_FACT_GO_TABLES), 4 * MIB);
    assert_int_equal(fact(&snapshot, HS_FACT_MAPPED), 3 * MIB);
    hs_snapshot_close(&snapshot);
}

TEST(a_waterfall_of_real_files_adds_up)
{
    struct hs_snapshot snapshot;
    struct hs_waterfall w;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "smaps/go1.26-smaps.gz", "smaps");
    add(&snapshot, "expvar/go1.26-vars.json", "expvar");
    add(&snapshot, "log/go1.26-quit.log.gz", "log");
    hs_waterfall_fill(&w, snapshot.process, NULL);
    assert_true(w.rss_known && w.go_known && w.live.known);
    assert_int_equal(w.total, fact(&snapshot, HS_FACT_RSS));
    assert_int_equal(hs_waterfall_sum(&w), w.total);
    /* The program keeps 20 MiB, and knows it. */
    assert_int_equal(w.live.bytes, 20 * MIB);
    assert_true(w.outside.bytes < 4 * MIB && w.huge.bytes == 0);
    hs_snapshot_close(&snapshot);
}

TEST(eight_gigabytes_with_a_heap_of_one_are_a_sum)
{
    struct hs_snapshot snapshot;
    struct hs_waterfall w;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "metrics/rss-8g.txt", "metrics");
    hs_waterfall_fill(&w, snapshot.process, NULL);
    assert_int_equal(w.total, (uint64_t)8 << 30);
    assert_int_equal(w.live.bytes, (uint64_t)1 << 30);
    assert_int_equal(w.garbage.bytes, 512 * MIB);
    assert_int_equal(w.slack.bytes, 164 * MIB);
    assert_int_equal(w.idle.bytes, 200 * MIB);
    assert_int_equal(w.released.bytes, 700 * MIB);
    assert_int_equal(w.stacks.bytes, 65 * MIB);
    assert_int_equal(w.runtime.bytes, 87 * MIB + 16384);
    assert_int_equal(w.outside.bytes, ((uint64_t)8 << 30) - 2052 * MIB - 16384 +
                                          (uint64_t)0 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), w.total);
    assert_false(w.limit.known); /* GOMEMLIMIT is off */
    hs_snapshot_close(&snapshot);
}

TEST(memory_classes_are_memstats_by_other_names)
{
    struct hs_snapshot snapshot;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "metrics/classes.txt", "metrics");
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_ALLOC), 5140568);
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_INUSE), 5140568 + 2060200);
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_IDLE), 589824 + 4005888);
    assert_int_equal(fact(&snapshot, HS_FACT_SYS), 18270480);
    hs_snapshot_close(&snapshot);
}

/* client_golang has written both in one scrape. */
TEST(the_runtimes_own_metrics_are_those_of_memstats)
{
    static const enum hs_fact_name facts[] = {
        HS_FACT_HEAP_ALLOC,  HS_FACT_HEAP_INUSE,
        HS_FACT_HEAP_IDLE,   HS_FACT_HEAP_RELEASED,
        HS_FACT_STACK_INUSE, HS_FACT_STACK_SYS,
        HS_FACT_SYS};
    struct hs_snapshot classes, memstats;

    hs_snapshot_init(&classes);
    hs_snapshot_init(&memstats);
    add(&classes, "metrics/go1.26-classes.txt", "metrics");
    add(&memstats, "metrics/go1.26-memstats.txt", "metrics");
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        assert_int_equal(fact(&classes, facts[i]), fact(&memstats, facts[i]));
    assert_int_equal(fact(&memstats, HS_FACT_SYS), 68593944);
    assert_int_equal(fact(&memstats, HS_FACT_HEAP_LIVE), 47348424);
    /* runtime.NumGoroutine(), and not all 16. */
    assert_int_equal(fact(&memstats, HS_FACT_GOROUTINES), 8);
    hs_snapshot_close(&classes);
    hs_snapshot_close(&memstats);
}

/* The program read MemStats itself, right after. */
TEST(expvar_and_the_end_of_a_text_profile_say_the_same)
{
    struct hs_snapshot vars, profile;

    hs_snapshot_init(&vars);
    hs_snapshot_init(&profile);
    add(&vars, "expvar/go1.26-vars.json", "expvar");
    add(&profile, "log/go1.26-heap.txt", "proftext");
    assert_int_equal(fact(&vars, HS_FACT_SYS), 33659144);
    assert_int_equal(fact(&vars, HS_FACT_HEAP_ALLOC), 22182408);
    assert_int_equal(fact(&vars, HS_FACT_HEAP_RELEASED), 4128768);
    assert_int_equal(fact(&vars, HS_FACT_SYS), fact(&profile, HS_FACT_SYS));
    assert_int_equal(fact(&vars, HS_FACT_STACK_SYS),
                     fact(&profile, HS_FACT_STACK_SYS));
    assert_int_equal(fact(&vars, HS_FACT_NEXT_GC),
                     fact(&profile, HS_FACT_NEXT_GC));
    assert_true(fact(&profile, HS_FACT_RSS_PEAK) > 20 * MIB);
    hs_snapshot_close(&vars);
    hs_snapshot_close(&profile);
}

TEST(gops_numbers_are_the_exact_ones_in_brackets)
{
    struct hs_snapshot snapshot;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "gops/memstats.txt", "gops");
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_ALLOC), 1428632);
    assert_int_equal(fact(&snapshot, HS_FACT_NEXT_GC), 4194304);
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_OBJECTS), 10922);
    hs_snapshot_close(&snapshot);
    hs_snapshot_init(&snapshot);
    add(&snapshot, "gops/go1.26-memstats.txt", "gops");
    add(&snapshot, "gops/go1.26-stats.txt", "gops");
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_ALLOC), 47878944);
    assert_int_equal(fact(&snapshot, HS_FACT_HEAP_IDLE) +
                         fact(&snapshot, HS_FACT_HEAP_INUSE),
                     62521344); /* heap-sys */
    assert_int_equal(fact(&snapshot, HS_FACT_NEXT_GC), 94945562);
    assert_int_equal(fact(&snapshot, HS_FACT_SYS), 68856088);
    assert_int_equal(fact(&snapshot, HS_FACT_GOROUTINES), 3);
    assert_int_equal(fact(&snapshot, HS_FACT_THREADS), 7);
    hs_snapshot_close(&snapshot);
}

TEST(control_groups_of_both_versions_are_read)
{
    struct hs_snapshot snapshot;
    uint64_t n;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "cgroup/v2.txt", "cgroup");
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_USED), 8160437862);
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_LIMIT), 8589934592);
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_OOM_KILLS), 2);
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_HUGE), 5368709120);
    assert_int_equal(fact(&snapshot, HS_FACT_RSS), 7834523648 + 31457280);
    hs_snapshot_close(&snapshot);
    hs_snapshot_init(&snapshot);
    add(&snapshot, "cgroup/v1.txt", "cgroup");
    assert_true(snapshot.process->group_unlimited);
    assert_false(hs_process_knows(snapshot.process, HS_FACT_GROUP_LIMIT, &n));
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_HUGE), 278921216);
    hs_snapshot_close(&snapshot);
    hs_snapshot_init(&snapshot);
    add(&snapshot, "cgroup/memory.max", "cgroup");
    add(&snapshot, "cgroup/memory.current", "cgroup");
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_LIMIT), 8589934592);
    assert_int_equal(fact(&snapshot, HS_FACT_GROUP_USED), 8160437862);
    hs_snapshot_close(&snapshot);
}

/* What tells one process from another is kept, whoever is believed. */
TEST(a_second_process_is_noticed)
{
    struct hs_snapshot snapshot;
    struct hs_process *process;

    hs_snapshot_init(&snapshot);
    add(&snapshot, "procstatus/go1.26-status", "procstatus");
    process = snapshot.process;
    assert_int_equal(process->other_pid, 0);
    add(&snapshot, "metrics/rss-8g.txt", "metrics");
    assert_int_equal(process->rss_said[HS_BY_METRICS], (uint64_t)8 << 30);
    assert_int_equal(process->rss_said[HS_BY_STATUS],
                     fact(&snapshot, HS_FACT_RSS));
    assert_true(fact(&snapshot, HS_FACT_MAPPED_SIZE) >
                fact(&snapshot, HS_FACT_RSS));
    hs_process_say(process, HS_FACT_PID, 4711, HS_BY_STATUS);
    assert_int_not_equal(process->other_pid, 0);
    hs_snapshot_close(&snapshot);
}

TEST(what_is_cut_short_or_strange_is_refused)
{
    assert_true(refuses("cgroup", "8589934592\n")); /* nobody knows of what */
    assert_true(refuses("cgroup", "anon 123\nfile 45"));
    assert_true(refuses("metrics", "go_goroutines 12"));
    assert_true(refuses("metrics", "go_goroutines\n"));
    assert_true(refuses("metrics", "up 1\n"));
    assert_true(refuses("procstatus", "Name:\tx\nState:\tS\n"));
    assert_true(refuses("procstatus", "Name:\tx\nVmRSS:\t12 kB\nRssAn"));
    assert_true(refuses("smaps", "0-1000 rw-p 0 0:0 0\nRss: 4 kB\nPs"));
    assert_true(refuses("smaps", "0-1000 rw-p 0 0:0 0\n"));
    assert_true(refuses("smaps", "0-1 rw-p 0 0:0 0\nRss: 99999999999999999 kB\n"
                                 "VmFlags: rd\n"));
    assert_true(refuses("smaps", "0-1 rw-p 0 0:0 0\nRss: 4 kB\nVmFlags: rd\n"
                                 "1-2 rw-p 0 0:0 0\nRss: 4 kB\n"));
    assert_true(refuses("expvar", "{\"cmdline\": []}"));
    assert_true(refuses("expvar", "{\"memstats\": {\"Sys\": 1}"));
    assert_true(refuses("gops", "alloc: 1.36MB\nsys: 9.07MB\n"));
    assert_true(refuses("finqueue", "[{\"name\": \"x\"}]"));
}
