/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_tags.c - top by tag: the labels of a profile's samples.
 */
#include "section_profile.h"

#include <inttypes.h>

#include "algo/profile_tags.h"

#define USUAL_ROWS 30

/* "tenant:blue", "bytes:4096", "wait:-5000 ms". */
static struct hs_value name(struct hs_run *run, const struct hs_tag *tag)
{
    const char *text;

    if (!tag->numeric)
        text =
            hs_doc_printf(run->doc, "%.*s:%.*s", (int)tag->key.size,
                          tag->key.text, (int)tag->text.size, tag->text.text);
    else if (tag->unit.size > 0 && !hs_str_equal(tag->unit, tag->key))
        text = hs_doc_printf(run->doc, "%.*s:%" PRId64 " %.*s",
                             (int)tag->key.size, tag->key.text, tag->number,
                             (int)tag->unit.size, tag->unit.text);
    else
        text = hs_doc_printf(run->doc, "%.*s:%" PRId64, (int)tag->key.size,
                             tag->key.text, tag->number);
    return hs_value_text(text);
}

void hs_profile_tags_part(struct hs_run *run, const struct hs_look *look)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"flat", "value", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"cum", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    };
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "rows", "tag", columns,
                     sizeof(columns) / sizeof(columns[0]));
    size_t count;
    const struct hs_tag *tags =
        hs_profile_tags(look->view, look->type, &count, run->scratch);

    for (size_t i = 0; i < count && (limit == 0 || i < limit); i++) {
        struct hs_value row[] = {
            name(run, &tags[i]),
            hs_look_value(look, tags[i].sum),
            hs_value_share(hs_sum_share(tags[i].sum, look->sums->total)),
            hs_look_value(look, tags[i].sum),
        };

        hs_doc_row(run->doc, table, row);
    }
    if (limit != 0 && count > limit)
        table->rows_left_out = count - limit;
}
