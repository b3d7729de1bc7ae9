/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.c - one target for libFuzzer, over all formats.
 *
 * Every decoder gets every input; whose it is not gives up within a few bytes.
 * A decoder must say false iff it filled the error, and what it accepts must
 * be sound.  Then all commands look at it.  HEAPSCOPE_FUZZ_FORMAT=NAME keeps it
 * to one format.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/format.h"
#include "golang/golang.h"
#include "model/profile.h"
#include "model/profile_sound.h"
#include "model/timeline_sound.h"
#include "pipeline.h"

/* Enough for what a fuzzer makes up, and no time is lost with bombs. */
#define MAX_BYTES ((uint64_t)16 << 20)

static void broken(const struct hs_format *format, const char *what)
{
    fprintf(stderr, "%s: %s\n", format->name, what);
    abort();
}

/* Lets the executable name a profile that has nothing but addresses. */
static void fuzz_addresses(struct hs_snapshot *snapshot)
{
    static const struct hs_str no_text = {"", 0};
    struct hs_location locations[64] = {{0}};
    struct hs_profile profile = {.strings = &no_text,
                                 .string_count = 1,
                                 .locations = locations,
                                 .location_count = 64};
    struct hs_err err = HS_ERR_NONE;

    for (unsigned i = 0; i < 64; i++)
        locations[i] = (struct hs_location){.address = 0x401000 + 3 * i,
                                            .mapping = HS_NO_MAPPING};
    snapshot->profile = &profile;
    snapshot->parts |= HS_PART_PROFILE;
    hs_golang_name(snapshot, &err);
    snapshot->parts &= ~(unsigned)HS_PART_PROFILE;
    snapshot->profile = NULL;
}

static void fuzz_format(const struct hs_format *format, const uint8_t *data,
                        size_t size)
{
    struct hs_input_limits limits = {.max_bytes = MAX_BYTES};
    struct hs_input *input = hs_input_over(data, size, &limits);
    struct hs_source source = {
        .path = "fuzz", .format = format->name, .bytes = size, .input = input};
    struct hs_snapshot snapshot;
    struct hs_err err = HS_ERR_NONE;
    const char *unsound = NULL;

    format->probe(hs_input_head(input));
    hs_snapshot_init(&snapshot);
    if (format->decode) {
        bool good = format->decode(input, &snapshot, &err);

        if (good != (err.kind == HS_OK))
            broken(format, "the result and the error do not agree");
        if (good && !snapshot.parts)
            broken(format, "a success without a part");
    }
    source.complete = err.kind == HS_OK;
    source.err = err;
    hs_column_push(&snapshot.sources, &source);
    if (snapshot.parts & HS_PART_PROFILE)
        unsound = hs_profile_unsound(snapshot.profile);
    if (!unsound && (snapshot.parts & HS_PART_TIMELINE))
        unsound = hs_timeline_unsound(snapshot.timeline);
    if (unsound)
        broken(format, unsound);
    hs_err_clear(&err);
    if (hs_golang_name(&snapshot, &err) != (err.kind == HS_OK))
        broken(format, "naming and the error do not agree");
    if (snapshot.parts == HS_PART_PROGRAM)
        fuzz_addresses(&snapshot);
    if (snapshot.parts)
        unsound = fuzz_commands(&snapshot);
    if (unsound)
        broken(format, unsound);
    hs_snapshot_close(&snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *only = getenv("HEAPSCOPE_FUZZ_FORMAT");
    size_t count;
    const struct hs_format *const *formats = hs_formats(&count);

    for (size_t i = 0; i < count; i++)
        if (!only || strcmp(only, formats[i]->name) == 0)
            fuzz_format(formats[i], data, size);
    return 0;
}
