/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symname.c - undoes what cmd/internal/objabi.PathToPrefix does: a byte of an
 * import path that is a control character, a space, '%', '"', over 0x7e, or a
 * dot in its last element is written as '%' and two hexadecimal digits.
 */
#include "golang/symname.h"

#include "model/goname.h"

static bool ends(struct hs_str text, const char *suffix)
{
    size_t size = strlen(suffix);

    return text.size >= size &&
           memcmp(text.text + text.size - size, suffix, size) == 0;
}

static struct hs_str from(struct hs_str text, size_t start)
{
    return (struct hs_str){text.text + start, text.size - start};
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct hs_str hs_symname_plain(struct hs_str symbol, struct hs_arena *arena)
{
    char *plain = hs_arena_copy(arena, symbol.text, symbol.size);
    size_t to = 0;

    for (size_t i = 0; i < symbol.size; i++) {
        if (plain[i] == '%' && i + 2 < symbol.size &&
            digit(plain[i + 1]) >= 0 && digit(plain[i + 2]) >= 0) {
            plain[to++] =
                (char)(digit(plain[i + 1]) * 16 + digit(plain[i + 2]));
            i += 2;
        } else {
            plain[to++] = plain[i];
        }
    }
    return (struct hs_str){plain, to};
}

/* A static variable of a C function is called "count.3". */
static bool numbered(struct hs_str rest)
{
    for (size_t i = 0; i < rest.size; i++)
        if (rest.text[i] < '0' || rest.text[i] > '9')
            return false;
    return true;
}

/* The package as SYMBOL has it, a part of SYMBOL. */
static struct hs_str package(struct hs_str symbol)
{
    struct hs_str found = hs_goname_package(symbol);

    if (found.size + 1 <= symbol.size && numbered(from(symbol, found.size + 1)))
        found.size = 0;
    return found;
}

struct hs_str hs_symname_package(struct hs_str symbol, struct hs_arena *arena)
{
    return hs_symname_plain(package(symbol), arena);
}

bool hs_symname_variable(struct hs_str symbol, struct hs_arena *arena,
                         struct symname *name)
{
    /* Up to Go 1.19 "go." and "type.", which may also begin a path. */
    static const char *const marks[] = {
        "go:",       "type:",           "go.itab.",   "go.string.", "type..",
        "gclocals.", "runtime.gcbits.", "go.cuinfo.", "go.link.",
    };
    struct hs_str rest;
    const char *version;

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (hs_str_starts(symbol, marks[i]))
            return false;
    version = symbol.size ? memchr(symbol.text, '@', symbol.size) : NULL;
    if (version) /* "stderr@@GLIBC_2.2.5" */
        symbol.size = (size_t)(version - symbol.text);
    if (symbol.size == 0 || ends(symbol, "..inittask") ||
        ends(symbol, "..initdone."))
        return false;
    name->package = hs_symname_package(symbol, arena);
    name->name = hs_symname_plain(symbol, arena);
    rest = from(name->name, name->package.size);
    name->temporary = name->package.size > 0 && hs_str_starts(rest, "..stmp_");
    return true;
}

/* How many bytes at the start of FIELD, a field or method of a type literal,
 * are the package that an unexported name is of. */
static size_t qualifier(struct hs_str field)
{
    size_t dot = 0;

    for (size_t i = 0; i < field.size; i++) {
        switch (field.text[i]) {
        case '.':
            dot = i + 1;
            break;
        case '(':
            return dot;
        case ' ': /* an embedded type is followed by no other */
            if (i + 1 < field.size && field.text[i + 1] != '}' &&
                field.text[i + 1] != '"')
                return dot;
            return 0;
        case ';':
        case '[':
        case '*':
            return 0;
        default:
            break;
        }
    }
    return 0;
}

struct hs_str hs_symname_type(struct hs_str symbol, struct hs_arena *arena)
{
    char *name;
    size_t to = 0;
    bool quoted = false;

    while (hs_str_starts(symbol, "noalg."))
        symbol = from(symbol, 6);
    name = hs_arena_copy(arena, symbol.text, symbol.size);
    for (size_t i = 0; i < symbol.size; i++) {
        char c = symbol.text[i];

        name[to++] = c;
        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\' && i + 1 < symbol.size)
            name[to++] = symbol.text[++i];
        if (!quoted && c == ' ' && i > 0 &&
            (symbol.text[i - 1] == '{' || symbol.text[i - 1] == ';'))
            i += qualifier(from(symbol, i + 1));
    }
    return hs_symname_plain((struct hs_str){name, to}, arena);
}
