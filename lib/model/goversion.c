/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goversion.c - reading Go version strings.
 */
#include "model/goversion.h"

#define NEWEST 1000

unsigned hs_goversion_minor(struct hs_str version)
{
    static const char mark[] = "go1.";
    const char *end, *at = NULL;
    unsigned minor = 0;

    if (version.size)
        at = memmem(version.text, version.size, mark, sizeof(mark) - 1);
    if (!at)
        return NEWEST;
    end = version.text + version.size;
    for (at += sizeof(mark) - 1;
         at < end && *at >= '0' && *at <= '9' && minor < NEWEST; at++)
        minor = minor * 10 + (unsigned)(*at - '0');
    return minor;
}

bool hs_goversion_has(struct hs_str version, const char *experiment)
{
    size_t size = strlen(experiment);
    const char *at = NULL;

    if (version.size)
        at = memmem(version.text, version.size, experiment, size);
    /* "greenteagc" is not named by "nogreenteagc". */
    return at && (at - version.text < 2 || memcmp(at - 2, "no", 2) != 0);
}

bool hs_goversion_has_headers(struct hs_str version)
{
    return hs_goversion_minor(version) >= 22 &&
           !hs_goversion_has(version, "noallocheaders");
}
