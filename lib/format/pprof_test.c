/* SPDX-License-Identifier: Apache-2.0 */
/* pprof_test.c - every rule of the format, by testdata/pprof/bad/EXPECT.tsv,
 * and the numbers of real profiles. */
#include "format/format.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/profile.h"

#include "base/test.h"

struct row {
    char *file, *verdict, *pprof, *from, *to, *path, *reason;
};

/* Cuts LINE at its tabs. */
static bool split(char *line, struct row *row)
{
    char **field[] = {&row->file, &row->verdict, &row->pprof, &row->from,
                      &row->to,   &row->path,    &row->reason};

    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < 7; i++) {
        *field[i] = strsep(&line, "\t");
        if (!*field[i])
            return false;
    }
    return true;
}

/* The decoder that the program would take; the one for protobuf if none bids,
 * so that its own refusal is seen too. */
static const struct hs_format *chosen(struct hs_input *input)
{
    const struct hs_format *format = hs_format_probe(hs_input_head(input));

    return format ? format : hs_format_named("pprof");
}

static bool decode(const char *file, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    char path[512];
    struct hs_input *input;
    const struct hs_format *format;
    struct hs_source source;

    snprintf(path, sizeof(path), "%s/pprof/%s", hs_test_data(), file);
    input = hs_input_open(path, NULL, err);
    if (!input)
        return false;
    source = (struct hs_source){.path = file, .input = input};
    hs_column_push(&snapshot->sources, &source);
    format = chosen(input);
    if (!format->decode || !(format->fills & HS_PART_PROFILE))
        return hs_fail(err, HS_EUNSUPPORTED, HS_NOWHERE, "%s", format->title);
    return format->decode(input, snapshot, err);
}

/* MESSAGE names PATH, whose last index may be missing. */
static bool names(const char *message, const char *path)
{
    char shorter[128];
    size_t length = strlen(path);

    if (strcmp(path, "-") == 0 || strstr(message, path))
        return true;
    snprintf(shorter, sizeof(shorter), "%s", path);
    if (length == 0 || path[length - 1] != ']')
        return false;
    *strrchr(shorter, '[') = '\0';
    return strstr(message, shorter);
}

/* Why ROW's file is not treated as it must be, or NULL. */
static const char *judge(const struct row *row, bool good,
                         const struct hs_err *err)
{
    if (good != (strcmp(row->verdict, "accept") == 0))
        return good ? "was accepted" : "was refused";
    if (good != (err->kind == HS_OK))
        return "result and error do not agree";
    if (good || strcmp(row->from, "-") == 0)
        return NULL;
    if (err->offset < strtoull(row->from, NULL, 10) ||
        err->offset > strtoull(row->to, NULL, 10))
        return "wrong offset";
    return names(err->message, row->path) ? NULL : "wrong path";
}

TEST(every_rule_of_the_format_is_kept_and_says_where)
{
    char path[512], line[1024];
    FILE *table;
    size_t wrong = 0, rows = 0;

    snprintf(path, sizeof(path), "%s/pprof/bad/EXPECT.tsv", hs_test_data());
    table = fopen(path, "r");
    CHECK(table);
    CHECK(fgets(line, sizeof(line), table));
    while (fgets(line, sizeof(line), table)) {
        struct hs_snapshot snapshot;
        struct hs_err err = HS_ERR_NONE;
        const char *verdict;
        struct row row;
        char file[256];
        bool good;

        CHECK(split(line, &row));
        snprintf(file, sizeof(file), "bad/%s", row.file);
        hs_snapshot_init(&snapshot);
        good = decode(file, &snapshot, &err);
        CHECK(good == ((snapshot.parts & HS_PART_PROFILE) != 0));
        verdict = judge(&row, good, &err);
        if (verdict) {
            print_error("%s: %s: '%s' at %lld (%s, %s..%s, %s)\n", row.file,
                        verdict, err.message, (long long)err.offset, row.reason,
                        row.from, row.to, row.path);
            wrong++;
        }
        hs_snapshot_close(&snapshot);
        rows++;
    }
    fclose(table);
    CHECK(rows > 100);
    assert_int_equal(wrong, 0);
}
