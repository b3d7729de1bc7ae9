/* SPDX-License-Identifier: Apache-2.0 */
/*
 * size.h - numbers as people read them, and back.
 *
 * Each function returns its text by value, so that it may stand among printf's
 * arguments:  hs_doc_note(doc, g, "%s more", hs_show_bytes(n).text).
 * Nothing here depends on the locale.
 */
#ifndef HS_BASE_SIZE_H
#define HS_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hs_shown {
    char text[40];
};

/* "320 B", "486.1 MiB", "-1.5 GiB" */
struct hs_shown hs_show_bytes(int64_t bytes);

/* "3 912 440" */
struct hs_shown hs_show_count(int64_t count);

/* "523 ns", "12.3 µs", "1.25 s", "3m 05s", "2h 07m", "12d 04h" */
struct hs_shown hs_show_nanos(int64_t nanos);

/* "2024-05-01 12:33:10 UTC", of nanoseconds since 1970 */
struct hs_shown hs_show_time(int64_t nanos);

/* "90.7%", "<0.1%" for what is not nothing */
struct hs_shown hs_show_share(double share);

/* "0.25", "1 250": at most three digits behind the point, no trailing zeroes */
struct hs_shown hs_show_number(double number);

/* Reads "4096", "16MiB", "1.5 GB", "10k" (k, m, g, t, p alone are binary, as
 * is KiB; KB is 1000); false if TEXT is no such thing or too large. */
bool hs_size_parse(const char *text, uint64_t *bytes);

#endif
