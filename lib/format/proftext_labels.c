/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_labels.c - the comment that tells a sample's labels.
 *
 *   comment = "# labels: {" [label (", " label)*] "}"
 *   label   = quoted ":" quoted                       as Go's %q writes them
 *
 * Go has it below the row of goroutines that pprof.Do or SetGoroutineLabels
 * has labelled.  The pprof tool throws it away.
 */
#include "format/proftext.h"

#include "base/text.h"

/* The code of COUNT hexadecimal digits. */
static bool take_code(struct hs_cursor *line, int count, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < count; i++) {
        int digit = proftext_hex_digit((char)proftext_peek(line));

        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
        hs_cursor_take(line, 1);
    }
    return *code <= 0x10ffff;
}

/* What stands behind a backslash, to CHARS. */
static bool take_escape(struct hs_cursor *line, struct hs_column *chars)
{
    static const char letters[] = "abfnrtv\\\"'";
    static const char means[] = "\a\b\f\n\r\t\v\\\"'";
    const uint8_t *at = hs_cursor_take(line, 1);
    const char *found = at && *at ? strchr(letters, *at) : NULL;
    uint32_t code;

    if (!at)
        return false;
    if (found) {
        hs_column_push(chars, &means[found - letters]);
        return true;
    }
    if (*at == 'x') {
        char byte;

        if (!take_code(line, 2, &code))
            return false;
        byte = (char)code;
        hs_column_push(chars, &byte);
        return true;
    }
    if ((*at != 'u' && *at != 'U') ||
        !take_code(line, *at == 'u' ? 4 : 8, &code))
        return false;
    hs_text_push(chars, code);
    return true;
}

/* A text between quotation marks; *NUMBER is that of its string. */
static bool take_quoted(struct proftext *text, struct hs_cursor *line,
                        uint32_t *number)
{
    struct hs_column *chars = &text->chars;

    chars->count = 0;
    if (!proftext_literal(line, "\""))
        return false;
    while (hs_cursor_left(line) > 0) {
        const uint8_t *at = hs_cursor_take(line, 1);

        if (*at == '"') {
            *number = hs_intern_add(&text->strings,
                                    (struct hs_str){chars->at, chars->count});
            return true;
        }
        if (*at != '\\')
            hs_column_push(chars, at);
        else if (!take_escape(line, chars))
            return false;
    }
    return false;
}

bool proftext_labels(struct proftext *text)
{
    struct hs_cursor line = text->line;
    struct hs_label label = {0};

    if (!proftext_literal(&line, "# labels: {"))
        return false;
    while (text->open && take_quoted(text, &line, &label.key) &&
           proftext_literal(&line, ":") &&
           take_quoted(text, &line, &label.text)) {
        if (label.text) /* an empty one is as if it were not there */
            hs_column_push(&text->labels, &label);
        if (!proftext_literal(&line, ", "))
            break;
    }
    return true;
}
