/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_test.c - synthetic traces of every layout, read back by the decoder:
 * the same program is told of, whichever version has written it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "algo/trend.h"
#include "base/test.h"
#include "format/format.h"
#include "mkdump.h"
#include "model/snapshot.h"

extern const struct mkdump_kind mkdump_trace;

/* Makes the trace that OPTIONS ask for and decodes it into SNAPSHOT. */
static const struct hs_timeline *make(const struct mkdump_options *options,
                                      struct hs_snapshot *snapshot)
{
    int fd = memfd_create("t.trace", 0);
    struct hs_err err = HS_ERR_NONE;
    struct hs_source source = {.complete = true};
    struct hs_writer *writer;
    char path[32];

    assert_true(fd >= 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    writer = hs_writer_open(path, false, &err);
    assert_non_null(writer);
    assert_true(mkdump_trace.write(options, writer, &err));
    assert_true(hs_writer_close(writer, &err));
    hs_snapshot_init(snapshot);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&snapshot->sources, &source);
    if (!hs_format_named("trace")->decode(source.input, snapshot, &err))
        fail_msg("%s", err.message);
    close(fd);
    return snapshot->timeline;
}

static uint64_t alive_in(const struct hs_timeline *t, const char *function)
{
    const struct hs_trace_group *groups = t->groups.at;
    uint64_t alive = 0;

    for (size_t i = 0; i < t->groups.count; i++)
        if (hs_str_equal(hs_timeline_string(t, groups[i].function),
                         hs_str_of(function)))
            alive += groups[i].alive;
    return alive;
}

static void check(const char *go, const char *shape)
{
    struct mkdump_options options = {
        .count = 60000, .seed = 7, .go = go, .shape = shape};
    struct hs_snapshot snapshot;
    const struct hs_timeline *t = make(&options, &snapshot);
    struct hs_trend trend = hs_trend_of(t);

    assert_true(t->complete);
    assert_int_equal(t->resynced, 0);
    assert_int_equal(t->unknown_batches, 0);
    assert_int_equal(t->clock_hz, 15625000);
    assert_int_equal(t->procs, 4);
    assert_int_equal(t->existed, 65);
    assert_true(t->goroutines_last == t->existed + t->started - t->ended);
    assert_int_equal(alive_in(t, "main.(*pool).work"), 64);
    assert_int_equal(alive_in(t, "main.main"), 1);
    if (!shape) /* objects are small: it collects seldom */
        assert_true(trend.count >= 2 && trend.per_second > 0);
    assert_int_equal(t->objects.known, shape != NULL);
    if (shape) {
        const struct hs_trace_type *types = t->objects.types.at;

        assert_int_equal(t->objects.unplaced, 0);
        assert_int_equal(t->objects.objects,
                         t->objects.allocated - t->objects.freed);
        for (size_t i = 0; i < t->objects.types.count; i++)
            assert_int_equal(types[i].bytes, types[i].objects * types[i].slot);
    }
    hs_snapshot_close(&snapshot);
}

TEST(synthetic_traces_of_every_layout_are_read_back)
{
    static const char *const versions[] = {"1.21.13", "1.22.12", "1.24.13",
                                           "1.25.8", "1.26.0"};

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        check(versions[i], NULL);
    check("1.23.12", "objects");
    check(NULL, "objects");
}

TEST(a_synthetic_trace_has_only_shapes_that_its_version_can_tell)
{
    static const struct mkdump_options refused[] = {
        {.seed = 1, .shape = "round"},
        {.seed = 1, .shape = "objects", .go = "1.22.1"},
        {.seed = 1, .go = "1.20.1"},
        {.seed = 1, .go = "seven"},
    };

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct hs_err err = HS_ERR_NONE;

        assert_false(mkdump_trace.write(&refused[i], NULL, &err));
        assert_int_equal(err.kind, HS_EUSAGE);
    }
}
