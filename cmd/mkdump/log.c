/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - the log of a service: its own lines, gctrace, and now and then a
 * panic that prints goroutines.
 *
 * One line in ten is a collection.  After every 10 000 lines there are a
 * hundred goroutines, which wait in three ways.
 */
#include "mkdump.h"

#include <inttypes.h>
#include <stdio.h>

#define GC_EVERY    10
#define PANIC_EVERY 10000
#define GOROUTINES  100
#define STARTED     "2026-11-30T06:"

static void write_line(struct hs_writer *writer, uint64_t n, const char *text)
{
    char line[512];
    int size = snprintf(line, sizeof(line),
                        STARTED "%02" PRIu64 ":%02" PRIu64 ".%09" PRIu64
                                "Z stderr F %s\n",
                        n / 6000 % 60, n / 100 % 60, n % 100 * 10000000, text);

    hs_writer_bytes(writer, line, (size_t)size);
}

static void write_goroutines(struct hs_writer *writer, uint64_t n,
                             uint64_t *state)
{
    static const char *const reasons[] = {"chan receive", "select", "IO wait"};
    char text[256];

    write_line(writer, n, "panic: order without a customer");
    write_line(writer, n, "");
    for (uint64_t g = 0; g < GOROUTINES; g++) {
        uint64_t kind = mkdump_random(state) % 3;

        snprintf(text, sizeof(text),
                 "goroutine %" PRIu64 " [%s, %d minutes]:", n + g,
                 reasons[kind], (int)(1 + g % 50));
        write_line(writer, n, text);
        snprintf(text, sizeof(text),
                 "main.(*service).handle%d(0xc000%06" PRIx64 ", {0x5, 0x%d})",
                 (int)kind, g * 64, (int)kind);
        write_line(writer, n, text);
        write_line(writer, n, "\t/src/orders/main.go:88 +0x1d");
        write_line(writer, n, "created by main.main in goroutine 1");
        write_line(writer, n, "\t/src/orders/main.go:30 +0x9e");
        write_line(writer, n, "");
    }
}

static void write_collection(struct hs_writer *writer, uint64_t n,
                             uint64_t *state)
{
    uint64_t live = 64 + n / 100000 + mkdump_random(state) % 8;
    char text[256];

    snprintf(text, sizeof(text),
             "gc %" PRIu64 " @%" PRIu64 ".%03" PRIu64
             "s 1%%: 0.05+1.2+0.02 ms clock, 0.1+0.2/1.1/0+0.04 ms cpu, "
             "%" PRIu64 "->%" PRIu64 "->%" PRIu64 " MB, %" PRIu64
             " MB goal, 1 MB stacks, 0 MB globals, 4 P",
             n / GC_EVERY, n / 100, n % 100 * 10, 2 * live - 1, 2 * live, live,
             2 * live);
    write_line(writer, n, text);
}

static bool write_log(const struct mkdump_options *options,
                      struct hs_writer *writer, struct hs_err *err)
{
    uint64_t lines = options->count ? options->count : 10000;
    uint64_t state = options->seed;
    char text[256];

    if (options->shape)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "a log has no shape '%s'",
                       options->shape);
    for (uint64_t n = 1; n <= lines; n++) {
        snprintf(text, sizeof(text),
                 "level=info msg=\"order %" PRIu64 " placed\" user=%" PRIu64
                 " path=/api/v1/orders status=200 duration=%dms",
                 n, mkdump_random(&state) % 100000, (int)(n % 90));
        if (n % GC_EVERY == 0)
            write_collection(writer, n, &state);
        else
            write_line(writer, n, text);
        if (n % PANIC_EVERY == 0)
            write_goroutines(writer, n, &state);
    }
    return err->kind == HS_OK;
}

const struct mkdump_kind mkdump_log = {
    .name = "log",
    .title = "a service's log; --samples N lines (10000)",
    .write = write_log,
};
