/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expvar.c - /debug/vars: JSON whose member "memstats" is a runtime.MemStats;
 * or a MemStats alone, as json.Marshal writes it.
 */
#include "base/json_read.h"
#include "base/scan.h"
#include "format/format.h"
#include "model/process.h"

/* Programs may publish tables of their own, but this is no place for data. */
#define MOST ((size_t)64 << 20)

static bool read(const struct hs_json *json, struct hs_snapshot *snapshot,
                 struct hs_err *err)
{
    const struct hs_json *stats = hs_json_member(json, "memstats");
    bool any = false;

    if (!stats)
        stats = json;
    for (unsigned f = 0; f < HS_FACT_COUNT; f++) {
        const char *field = hs_memstats_field((enum hs_fact_name)f);
        uint64_t value;

        if (!field ||
            !hs_json_as_unsigned(hs_json_member(stats, field), &value))
            continue;
        hs_process_say(hs_process_of(snapshot), (enum hs_fact_name)f, value,
                       HS_BY_EXPVAR);
        any = true;
    }
    return any ||
           hs_fail(err, HS_EDATA, HS_NOWHERE, "there is no 'memstats' in it");
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct hs_cursor all;
    struct hs_json *json;

    if (!hs_input_map(input, &all, err))
        return false;
    if (hs_cursor_left(&all) > MOST)
        return hs_fail(err, HS_ELIMIT, MOST, "JSON of more than %zu MiB",
                       MOST >> 20);
    json = hs_json_parse(hs_scan_rest(&all), 0, err);
    if (!json)
        return false;
    read(json, snapshot, err);
    hs_json_free(json);
    return err->kind == HS_OK;
}

static int probe(struct hs_cursor head)
{
    struct hs_cursor at = head;

    while (hs_scan_peek(&at) && memchr(" \t\r\n", hs_scan_peek(&at), 4))
        hs_cursor_take(&at, 1);
    if (!hs_scan_literal(&at, "{"))
        return 0;
    at = head;
    if (hs_scan_past(&at, "\"memstats\":"))
        return 95;
    at = head;
    if (hs_scan_past(&at, "\"HeapAlloc\":"))
        return 90;
    at = head;
    return hs_scan_past(&at, "\n\"cmdline\": [") ? 40 : 0;
}

const struct hs_format hs_format_expvar = {
    .name = "expvar",
    .title = "list of a program's variables (/debug/vars)",
    .command = "curl -o vars.json http://HOST/debug/vars",
    .fills = HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
