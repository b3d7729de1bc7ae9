/* SPDX-License-Identifier: Apache-2.0 */
/*
 * size.c - formats and reads sizes, counts, durations, times and shares.
 */
#include "base/size.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
}

/* VALUE / UNIT in steps of 1 / STEPS, rounded half up.  UNIT * STEPS fits. */
static uint64_t rounded(uint64_t value, uint64_t unit, uint64_t steps)
{
    return value / unit * steps + (value % unit * steps + unit / 2) / unit;
}

struct hs_shown hs_show_bytes(int64_t bytes)
{
    static const char letters[] = "KMGTPE";
    uint64_t size = magnitude(bytes), unit = 1024, tenths;
    const char *sign = bytes < 0 ? "-" : "";
    struct hs_shown shown;
    size_t n = 0;

    if (size < 1024) {
        snprintf(shown.text, sizeof(shown.text), "%s%" PRIu64 " B", sign, size);
        return shown;
    }
    /* 1 048 575 bytes are 1.0 MiB and not 1024.0 KiB. */
    while ((tenths = rounded(size, unit, 10)) >= 10240 && letters[n + 1]) {
        unit *= 1024;
        n++;
    }
    snprintf(shown.text, sizeof(shown.text), "%s%" PRIu64 ".%" PRIu64 " %ciB",
             sign, tenths / 10, tenths % 10, letters[n]);
    return shown;
}

struct hs_shown hs_show_count(int64_t count)
{
    struct hs_shown shown;
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, magnitude(count));
    char *to = shown.text;

    if (count < 0)
        *to++ = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ' ';
        *to++ = digits[i];
    }
    *to = '\0';
    return shown;
}

/* Three digits: 1.25, 12.3, 523. */
static void show_three(struct hs_shown *shown, const char *sign, uint64_t value,
                       uint64_t unit, const char *name)
{
    uint64_t parts = rounded(value, unit, 100);

    if (parts < 1000)
        snprintf(shown->text, sizeof(shown->text),
                 "%s%" PRIu64 ".%02" PRIu64 " %s", sign, parts / 100,
                 parts % 100, name);
    else if ((parts = rounded(value, unit, 10)) < 1000)
        snprintf(shown->text, sizeof(shown->text),
                 "%s%" PRIu64 ".%" PRIu64 " %s", sign, parts / 10, parts % 10,
                 name);
    else
        snprintf(shown->text, sizeof(shown->text), "%s%" PRIu64 " %s", sign,
                 rounded(value, unit, 1), name);
}

struct hs_shown hs_show_nanos(int64_t nanos)
{
    static const struct {
        uint64_t large, small;
        char name, small_name;
    } pairs[] = {
        {60, 1, 'm', 's'}, {3600, 60, 'h', 'm'}, {86400, 3600, 'd', 'h'}};
    uint64_t value = magnitude(nanos), seconds = rounded(value, 1000000000, 1);
    const char *sign = nanos < 0 ? "-" : "";
    struct hs_shown shown;
    size_t n;

    if (value < 1000)
        snprintf(shown.text, sizeof(shown.text), "%s%" PRIu64 " ns", sign,
                 value);
    else if (value < 999500)
        show_three(&shown, sign, value, 1000, "µs");
    else if (value < 999500000)
        show_three(&shown, sign, value, 1000000, "ms");
    else if (seconds < 60)
        show_three(&shown, sign, value, 1000000000, "s");
    if (seconds < 60)
        return shown;
    n = seconds < 3600 ? 0 : seconds < 86400 ? 1 : 2;
    /* Whole small units, so that 59m 60s cannot come out. */
    seconds -= seconds % pairs[n].small;
    snprintf(shown.text, sizeof(shown.text), "%s%" PRIu64 "%c %02u%c", sign,
             seconds / pairs[n].large, pairs[n].name,
             (unsigned)(seconds % pairs[n].large / pairs[n].small),
             pairs[n].small_name);
    return shown;
}

struct hs_shown hs_show_time(int64_t nanos)
{
    /* Days to civil date after Howard Hinnant's "chrono-compatible low-level
     * date algorithms": years start in March, eras have 400 years. */
    int64_t seconds = nanos / 1000000000 - (nanos % 1000000000 < 0);
    int64_t day = seconds / 86400 - (seconds % 86400 < 0);
    int64_t rest = seconds - day * 86400, shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t doe = shifted - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
    struct hs_shown shown;

    snprintf(shown.text, sizeof(shown.text),
             "%04u-%02u-%02u %02u:%02u:%02u UTC",
             (unsigned)(yoe + era * 400 + (month <= 2)), (uint8_t)month,
             (uint8_t)(doy - (153 * mp + 2) / 5 + 1), (uint8_t)(rest / 3600),
             (uint8_t)(rest / 60 % 60), (uint8_t)(rest % 60));
    return shown;
}

struct hs_shown hs_show_share(double share)
{
    double percent = fabs(share) * 100, tenths = floor(percent * 10 + 0.5);
    const char *sign = share < 0 ? "-" : "";
    struct hs_shown shown;

    if (!isfinite(share))
        snprintf(shown.text, sizeof(shown.text), "?");
    else if (percent > 0 && tenths < 1)
        snprintf(shown.text, sizeof(shown.text), "%s<0.1%%", sign);
    else if (tenths >= 1e9)
        snprintf(shown.text, sizeof(shown.text), "%s>99999999%%", sign);
    else
        snprintf(shown.text, sizeof(shown.text), "%s%d.%d%%", sign,
                 (int)tenths / 10, (int)tenths % 10);
    return shown;
}

struct hs_shown hs_show_number(double number)
{
    struct hs_shown shown;
    uint64_t thousandths;
    size_t end;

    if (!isfinite(number) || fabs(number) >= 1e15) {
        snprintf(shown.text, sizeof(shown.text), "%.3e", number);
        return shown;
    }
    thousandths = (uint64_t)(fabs(number) * 1000 + 0.5);
    shown = hs_show_count((int64_t)(thousandths / 1000));
    if (number < 0 && thousandths) {
        memmove(shown.text + 1, shown.text, strlen(shown.text) + 1);
        shown.text[0] = '-';
    }
    if (thousandths % 1000 == 0)
        return shown;
    end = strlen(shown.text);
    snprintf(shown.text + end, sizeof(shown.text) - end, ".%03u",
             (unsigned)(thousandths % 1000));
    for (end += 3; shown.text[end] == '0'; end--)
        shown.text[end] = '\0';
    return shown;
}

/* How many bytes the unit TEXT stands for; 0 for none that is known. */
static uint64_t unit_of(const char *text)
{
    static const char letters[] = "kmgtpe";
    char first = (char)(*text | 0x20);
    const char *letter;
    uint64_t unit = 1, base = 1024;

    if (!*text || !strcmp(text, "B") || !strcmp(text, "b"))
        return 1;
    letter = strchr(letters, first);
    if (!letter || (text[1] && strcasecmp(text + 1, "ib") != 0 &&
                    strcasecmp(text + 1, "b") != 0))
        return 0;
    if (strcasecmp(text + 1, "b") == 0)
        base = 1000;
    for (size_t n = (size_t)(letter - letters) + 1; n > 0; n--)
        unit *= base;
    return unit;
}

bool hs_size_parse(const char *text, uint64_t *bytes)
{
    uint64_t whole = 0, part = 0, scale = 1, unit;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (uint64_t)(*at - '0'), &whole))
            return false;
    if (at == text)
        return false;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++)
            if (scale < 1000000) {
                part = part * 10 + (uint64_t)(*at - '0');
                scale *= 10;
            }
    while (*at == ' ')
        at++;
    unit = unit_of(at);
    if (!unit || __builtin_mul_overflow(whole, unit, &whole))
        return false;
    part = (uint64_t)((double)part / (double)scale * (double)unit + 0.5);
    return !__builtin_add_overflow(whole, part, bytes);
}
