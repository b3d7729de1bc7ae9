/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - one way to write a document down.
 *
 * A report is one source file in this folder that ends in one constant,
 *
 *     const struct hs_report hs_report_NAME = { ... };
 *
 * and one row, HS_REPORT(NAME), in reports.def.  --format, the extension of
 * --output and the tests read the table.  A report knows documents, no heaps.
 */
#ifndef HS_REPORT_REPORT_H
#define HS_REPORT_REPORT_H

#include "report/document.h"

/* Where a report goes and what the reader's side can show.  WRITE takes all of
 * SIZE bytes or says false, with errno set if it can; render() then returns
 * false with HS_EIO.  What is not named in an initializer starts as zero. */
struct hs_output {
    bool (*write)(void *to, const void *bytes, size_t size);
    void *to;
    int width;    /* columns of the terminal; 0: not a terminal, do not fold */
    bool colour;  /* escape sequences are welcome */
    bool unicode; /* box drawing and ≈ are welcome */
    /* Of output.c alone: */
    bool failed;
    int error; /* errno of the write that failed */
    size_t held;
    char buffer[8192];
};

struct hs_report {
    const char *name;  /* "json": -f, and the extension of -o */
    const char *title; /* "JSON, stable names" */
    bool draws;        /* needs a graph block in the document */
    bool (*render)(const struct hs_document *doc, struct hs_output *out,
                   struct hs_err *err);
};

/* The report called NAME (or its file extension), or NULL. */
const struct hs_report *hs_report_named(const char *name);

/* All reports in table order; *COUNT says how many. */
const struct hs_report *const *hs_reports(size_t *count);

#endif
