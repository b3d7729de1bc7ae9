/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail_on.c - reads conditions, and checks them against digests.
 *
 * A name is one exactly, as the reports print it.  What is not there is 0, so
 * a condition on it is not met; it is said, as it may be a misprint.
 */
#include "fail_on.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum what { SUSPECTS, RETAINED, GROWTH, OBJECTS, FINALIZERS, GOROUTINES };

struct hs_condition {
    const char *text; /* as given */
    enum what what;
    struct hs_str name; /* empty: the total */
    double value;
    bool percent; /* VALUE is a share of the old value, times 100 */
    bool or_equal;
};

static const char *const metrics[] = {
    [SUSPECTS] = "suspects",     [RETAINED] = "retained",
    [GROWTH] = "growth",         [OBJECTS] = "objects",
    [FINALIZERS] = "finalizers", [GOROUTINES] = "goroutines",
};

#define METRICS (sizeof(metrics) / sizeof(metrics[0]))

static const char *skip(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* What one of UNIT is; 0 if there is no such unit. */
static double scale_of(const char *unit)
{
    static const struct {
        const char *name;
        double scale;
    } units[] = {
        {"", 1},         {"b", 1},        {"k", 0x1p10},   {"kb", 0x1p10},
        {"kib", 0x1p10}, {"m", 0x1p20},   {"mb", 0x1p20},  {"mib", 0x1p20},
        {"g", 0x1p30},   {"gb", 0x1p30},  {"gib", 0x1p30}, {"t", 0x1p40},
        {"tb", 0x1p40},  {"tib", 0x1p40}, {"ns", 1},       {"us", 1e3},
        {"ms", 1e6},     {"s", 1e9},      {"min", 6e10},   {"h", 3.6e12},
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcasecmp(unit, units[i].name) == 0)
            return units[i].scale;
    return 0;
}

static bool bad(const char *text, const char *why, struct hs_err *err)
{
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "--fail-on '%.80s': %s", text,
                   why);
}

/* VALUE and its unit, up to the end of the text. */
static bool parse_value(struct hs_condition *c, const char *at,
                        struct hs_err *err)
{
    char *end, unit[8];
    size_t size;
    double scale;

    c->value = strtod(at, &end);
    if (end == at || !isfinite(c->value))
        return bad(c->text, "a number is missing behind '>'", err);
    at = skip(end);
    size = strcspn(at, " \t");
    if (size >= sizeof(unit) || *skip(at + size))
        return bad(c->text, "nothing may follow the value", err);
    memcpy(unit, at, size);
    unit[size] = '\0';
    c->percent = strcmp(unit, "%") == 0;
    scale = c->percent ? 1 : scale_of(unit);
    if (scale == 0)
        return bad(c->text, "no such unit; try MiB, s or %", err);
    if (c->percent && c->what != GROWTH)
        return bad(c->text, "only growth can be told in percent", err);
    c->value *= scale;
    return true;
}

/* A name may have parentheses of its own: it ends at the last one before the
 * comparison. */
static bool parse_name(struct hs_condition *c, const char **at,
                       struct hs_err *err)
{
    const char *start = *at + 1, *sign = strrchr(start, '>'), *end;

    end = sign ? memrchr(start, ')', (size_t)(sign - start)) : NULL;
    if (!end)
        return bad(c->text, "')' and '>' are missing behind the name", err);
    c->name = (struct hs_str){start, (size_t)(end - start)};
    *at = skip(end + 1);
    return true;
}

static bool parse(struct hs_condition *c, struct hs_err *err)
{
    const char *at = skip(c->text);
    size_t size = strcspn(at, " \t(>"), what = 0;

    while (what < METRICS && (strlen(metrics[what]) != size ||
                              strncmp(metrics[what], at, size) != 0))
        what++;
    if (what == METRICS)
        return bad(c->text,
                   "it starts with suspects, retained, growth, objects, "
                   "finalizers or goroutines",
                   err);
    c->what = (enum what)what;
    at = skip(at + size);
    if (c->what == SUSPECTS)
        return *at ? bad(c->text, "suspects stands alone", err) : true;
    if (*at == '(' && !parse_name(c, &at, err))
        return false;
    if ((c->what == RETAINED || c->what == OBJECTS) && c->name.size == 0)
        return bad(c->text, "it needs a name in parentheses", err);
    if (*at != '>')
        return bad(c->text, "'>' and a value are missing", err);
    c->or_equal = at[1] == '=';
    return parse_value(c, skip(at + 1 + c->or_equal), err);
}

/* Can a command that TAKES so much tell of it at all? */
static bool fits(const struct hs_condition *c, enum hs_takes takes,
                 struct hs_err *err)
{
    if (c->what == GROWTH && takes != HS_TAKES_TWO)
        return bad(c->text, "growth takes two snapshots, with diff", err);
    if (c->what == SUSPECTS && takes == HS_TAKES_TWO)
        return bad(c->text, "suspects are of one snapshot, with analyze", err);
    return true;
}

bool hs_conditions_parse(struct hs_run *run, struct hs_conditions *conditions,
                         struct hs_err *err)
{
    const char *const *texts = run->options->fail_on.at;

    conditions->list = HS_COLUMN(struct hs_condition, run->scratch);
    for (size_t i = 0; i < run->options->fail_on.count; i++) {
        struct hs_condition c = {.text = texts[i]};

        if (!parse(&c, err) || !fits(&c, run->command->takes, err))
            return false;
        hs_column_push(&conditions->list, &c);
    }
    return true;
}

/* How much NAME grew, or all; in percent of what it was. */
static double growth(const struct hs_condition *c, const struct hs_diff *diff,
                     bool *known)
{
    double old = (double)diff->old_total, delta;

    delta = (double)diff->new_total - old;
    *known = c->name.size == 0;
    for (size_t i = 0; i < diff->count && !*known; i++)
        if (hs_str_equal(diff->rows[i].name, c->name)) {
            old = (double)diff->rows[i].old;
            delta = (double)diff->rows[i].delta;
            *known = true;
        }
    if (!*known)
        return 0;
    if (!c->percent)
        return delta;
    if (old == 0)
        return delta > 0 ? INFINITY : 0;
    return 100 * delta / fabs(old);
}

/* What DIGEST says of rows of KIND (any: NULL) that C names. */
static double amount(const struct hs_condition *c,
                     const struct hs_digest *digest, const char *kind,
                     bool *known)
{
    const struct hs_digest_row *rows = digest->rows.at;
    double sum = 0;

    for (size_t i = 0; i < digest->rows.count; i++) {
        const struct hs_digest_row *row = &rows[i];

        if ((kind && strcmp(row->kind, kind) != 0) ||
            (c->name.size > 0 && !hs_str_equal(row->name, c->name)) ||
            (c->what == RETAINED && row->metric == HS_METRIC_OWN) ||
            (c->what != RETAINED && row->objects < 0))
            continue;
        *known = true;
        if (c->what != RETAINED)
            sum += (double)row->objects;
        else if (row->metric == HS_METRIC_OWNED)
            sum += (double)row->retained;
        else
            sum += (double)row->bytes;
    }
    return sum;
}

static double measure(const struct hs_condition *c,
                      const struct hs_digest *digest,
                      const struct hs_diff *diff, bool *known)
{
    *known = false;
    switch (c->what) {
    case SUSPECTS:
        return amount(c, digest, "suspect", known);
    case GROWTH:
        return growth(c, diff, known);
    case FINALIZERS:
        return amount(c, digest, "finalizers", known);
    case GOROUTINES:
        return amount(c, digest, "goroutines", known);
    default:
        return amount(c, digest, NULL, known);
    }
}

/* Why C is not met; KNOWN: there is something of its name. */
static const char *unmet(const struct hs_run *run, const struct hs_condition *c,
                         bool known)
{
    if (c->what == SUSPECTS)
        return run->snapshots[0].parts & (HS_PART_HEAP | HS_PART_TIMELINE)
                   ? "not met"
                   : "only a heap dump or a trace has suspects";
    return known ? "not met" : "nothing has that name";
}

void hs_conditions_check(struct hs_run *run,
                         const struct hs_conditions *conditions,
                         const struct hs_digest *digest,
                         const struct hs_diff *diff)
{
    static const struct hs_doc_column columns[] = {
        {"condition", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"met", "met", HS_UNIT_BOOL, HS_ROLE_JSON_ONLY},
        {NULL, "", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    };
    const struct hs_condition *list = conditions->list.at;
    struct hs_block *table;

    if (conditions->list.count == 0)
        return;
    table = hs_doc_table(run->doc, run->doc->top, "fail_on", "--fail-on",
                         columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < conditions->list.count; i++) {
        const struct hs_condition *c = &list[i];
        double value;
        bool known, met;

        value = measure(c, digest, diff, &known);
        met = c->what == SUSPECTS
                  ? value > 0
                  : known && (value > c->value ||
                              (c->or_equal && value >= c->value));
        struct hs_value row[] = {
            hs_value_text(c->text),
            hs_value_bool(met),
            hs_value_text(met ? "met" : unmet(run, c, known)),
        };

        hs_doc_row(run->doc, table, row);
        if (met)
            run->status = HS_EXIT_FAILED_ON;
    }
}
