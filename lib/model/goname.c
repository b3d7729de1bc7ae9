/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goname.c - packages of Go functions, by name alone.
 *
 *   name    = path "." rest
 *   path    = (element "/")* element     an element after the last "/" has its
 *                                        dots escaped as %2e
 *   rest    may hold paths of its own, but only behind "[" or "("
 */
#include "model/goname.h"

struct hs_str hs_goname_package(struct hs_str function)
{
    size_t at = 0, end = 0;

    for (size_t i = 0; i < function.size; i++) {
        char c = function.text[i];

        if (c == '[' || c == '(')
            break;
        if (c == '/')
            at = i + 1;
        end = i + 1;
    }
    for (size_t i = at; i < end; i++) {
        if (function.text[i] == '.')
            return (struct hs_str){function.text, i};
        if (function.text[i] == ':') /* C++; or type:, for Go's own helpers */
            break;
    }
    return (struct hs_str){function.text, 0};
}

/* Is the first element of FUNCTION's package one of WORDS? */
static bool first_is(struct hs_str function, const char *const *words,
                     size_t count)
{
    struct hs_str first = hs_goname_package(function);
    const char *slash = first.size ? memchr(first.text, '/', first.size) : NULL;

    if (slash)
        first.size = (size_t)(slash - first.text);
    for (size_t i = 0; i < count; i++)
        if (hs_str_equal(first, hs_str_of(words[i])))
            return true;
    return false;
}

bool hs_goname_standard(struct hs_str function)
{
    static const char *const elements[] = {
        "archive",   "arena",   "bufio",   "bytes",    "cmp",      "compress",
        "container", "context", "crypto",  "database", "debug",    "embed",
        "encoding",  "errors",  "expvar",  "flag",     "fmt",      "go",
        "hash",      "html",    "image",   "index",    "internal", "io",
        "iter",      "log",     "maps",    "math",     "mime",     "net",
        "os",        "path",    "plugin",  "reflect",  "regexp",   "runtime",
        "slices",    "sort",    "strconv", "strings",  "structs",  "sync",
        "syscall",   "testing", "text",    "time",     "unicode",  "unique",
        "unsafe",    "vendor",  "weak",
    };

    if (hs_str_starts(function, "type:") || hs_str_starts(function, "go:"))
        return true;
    return first_is(function, elements, sizeof(elements) / sizeof(elements[0]));
}

bool hs_goname_plumbing(struct hs_str function)
{
    static const char *const words[] = {"internal", "runtime", "sync",
                                        "syscall", "time"};

    return first_is(function, words, sizeof(words) / sizeof(words[0]));
}

bool hs_goname_wrapper(struct hs_str function)
{
    static const char *const marks[] = {".gowrap", "\xc2\xb7"
                                                   "dwrap\xc2\xb7"};
    size_t end = function.size;

    while (end && function.text[end - 1] >= '0' &&
           function.text[end - 1] <= '9')
        end--;
    if (end == function.size)
        return false;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t size = strlen(marks[i]);

        if (end >= size &&
            memcmp(function.text + end - size, marks[i], size) == 0)
            return true;
    }
    return false;
}

bool hs_goname_entry(struct hs_str function)
{
    static const char *const names[] = {
        "main.main",      "runtime.main",        "runtime.goexit",
        "runtime.mstart", "runtime.mstart1",     "runtime.mcall",
        "runtime.rt0_go", "runtime.systemstack",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (hs_str_equal(function, hs_str_of(names[i])))
            return true;
    return false;
}
