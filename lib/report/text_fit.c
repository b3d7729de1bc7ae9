/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_fit.c - makes a table as narrow as the terminal.
 *
 * These give way in turn, until it fits: names, the widest column first; the
 * branches of a tree, which get shorter; the widest column of words, which is
 * folded; a last column of names, which goes below its row; the gaps.
 */
#include "report/text_layout.h"

#define TEXT_LEAST 16 /* no column of words is folded to less */

static size_t whole_width(const struct hs_layout *layout)
{
    return hs_layout_start(layout, layout->count) - layout->gap;
}

/* Sets limits to the widest names until all fits; false if it fits as it is or
 * no name can give way. */
static bool limit_names(struct hs_layout *layout)
{
    size_t room = (size_t)layout->page->out->width;
    bool limited = false;

    while (whole_width(layout) > room) {
        struct hs_layout_column *widest = NULL;
        size_t excess = whole_width(layout) - room;

        for (size_t c = 0; c < layout->count; c++) {
            struct hs_layout_column *column = &layout->columns[c];

            if (column->name && !column->hung &&
                column->width > HS_LAYOUT_NAME &&
                (!widest || column->width > widest->width))
                widest = column;
        }
        if (!widest)
            return limited;
        /* In small steps, so that two wide columns share the loss. */
        excess = excess < 4 ? excess : 4;
        if (excess > widest->width - HS_LAYOUT_NAME)
            excess = widest->width - HS_LAYOUT_NAME;
        widest->width -= excess;
        widest->limit = widest->width;
        limited = true;
    }
    return limited;
}

/* If names could not make enough room, the widest column of words is folded. */
static void fold_words(struct hs_layout *layout)
{
    size_t room = (size_t)layout->page->out->width;
    size_t whole = whole_width(layout), give;
    struct hs_layout_column *widest = NULL;

    for (size_t c = 0; c < layout->count; c++) {
        struct hs_layout_column *column = &layout->columns[c];

        if (column->word < TEXT_LEAST)
            column->word = TEXT_LEAST;
        if (column->column->unit == HS_UNIT_TEXT && !column->hung &&
            column->width > column->word &&
            (!widest || column->width > widest->width))
            widest = column;
    }
    if (whole <= room || !widest)
        return;
    give = widest->width - widest->word;
    widest->folded = true;
    widest->width -= whole - room < give ? whole - room : give;
}

static void narrow_names(struct hs_layout *layout)
{
    if (!limit_names(layout))
        return;
    hs_layout_measure(layout);
}

/* A tree that is too wide gets shorter branches before its names are cut where
 * it hurts. */
static void shorten_branches(struct hs_layout *layout)
{
    size_t room = (size_t)layout->page->out->width;

    while (layout->lasting && layout->step > 1 && whole_width(layout) > room) {
        layout->step--;
        for (size_t c = 0; c < layout->count; c++)
            layout->columns[c].limit = SIZE_MAX;
        hs_layout_measure(layout);
        narrow_names(layout);
    }
}

/* If it is still too wide, the last column leaves the others alone. */
static void hang_last(struct hs_layout *layout)
{
    size_t room = (size_t)layout->page->out->width;
    size_t c = layout->count - 1, before;
    struct hs_layout_column *last = &layout->columns[c];

    if (layout->count < 3 || whole_width(layout) <= room || !last->name ||
        c == layout->tree)
        return;
    for (size_t i = 0; i < c; i++) {
        layout->columns[i].limit = SIZE_MAX;
        layout->columns[i].folded = false;
    }
    last->hung = true;
    last->folded = false;
    before = layout->indent + HS_LAYOUT_HANG + hs_text_width(last->title) + 1;
    last->limit = room > before ? room - before : 1;
    hs_layout_measure(layout);
    narrow_names(layout);
    fold_words(layout);
}

/* What is left to do when names have given way. */
static void squeeze(struct hs_layout *layout)
{
    size_t room = (size_t)layout->page->out->width;

    shorten_branches(layout);
    fold_words(layout);
    hang_last(layout);
    if (whole_width(layout) <= room)
        return;
    layout->gap = 1;
    if (whole_width(layout) > room) /* then let it be readable at least */
        layout->gap = HS_LAYOUT_GAP;
}

/* The table's title goes above its first column if that is of words, has no
 * title and is wide enough; else on a line of its own. */
static void place_title(struct hs_layout *layout, struct hs_str title)
{
    struct hs_layout_column *first = &layout->columns[0];
    size_t room = (size_t)layout->page->out->width;
    size_t width = hs_text_width(title), more = 0;

    if (width > first->width + HS_LAYOUT_GAP)
        more = width - first->width - HS_LAYOUT_GAP;
    if (layout->page->out->width > 0 && whole_width(layout) <= room &&
        whole_width(layout) + more > room)
        return;
    if (layout->count == 0 || !layout->headed || first->title.size > 0 ||
        first->right || more > 12)
        return;
    layout->merged = true;
    first->title = title;
    first->width += more;
}

void hs_layout_fit(struct hs_layout *layout, struct hs_str title)
{
    bool terminal = layout->page->out->width > 0;

    if (terminal)
        narrow_names(layout);
    if (layout->table->row_count)
        place_title(layout, title);
    if (terminal && layout->count > 0)
        squeeze(layout);
}
