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

static bool starts(struct hs_str name, const char *prefix)
{
    size_t size = strlen(prefix);

    return name.size >= size && memcmp(name.text, prefix, size) == 0;
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
    struct hs_str package = hs_goname_package(function);
    struct hs_str first = package;

    if (starts(function, "type:") || starts(function, "go:"))
        return true;
    for (size_t i = 0; i < package.size; i++)
        if (package.text[i] == '/') {
            first.size = i;
            break;
        }
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (hs_str_equal(first, hs_str_of(elements[i])))
            return true;
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
