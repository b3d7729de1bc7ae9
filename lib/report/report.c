/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.c - the table of reports, made of the rows of reports.def.
 */
#include "report/report.h"

#include <string.h>

#define HS_REPORT(name) extern const struct hs_report hs_report_##name;
#include "report/reports.def"
#undef HS_REPORT

#define HS_REPORT(name) &hs_report_##name,
static const struct hs_report *const reports[] = {
#include "report/reports.def"
};
#undef HS_REPORT

const struct hs_report *hs_report_named(const char *name)
{
    for (size_t i = 0; i < sizeof(reports) / sizeof(*reports); i++)
        if (strcmp(reports[i]->name, name) == 0)
            return reports[i];
    return NULL;
}

const struct hs_report *const *hs_reports(size_t *count)
{
    *count = sizeof(reports) / sizeof(*reports);
    return reports;
}
