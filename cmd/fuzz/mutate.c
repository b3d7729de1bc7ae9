/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate.c - heap dumps that are wrong in one place, and right in their
 * grammar.
 *
 * Random bytes seldom make a dump that is read to its end.  So a dump is taken
 * apart into numbers and runs of bytes, some of those are changed (records
 * dropped, repeated and moved; addresses that collide, overlap or are near
 * 2^64; pointers to anywhere), and it is put together again: lengths and
 * varints are right, and what is wrong arrives at the algorithms.
 *
 * libFuzzer calls LLVMFuzzerCustomMutator; what is no dump it mutates itself.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC      "go1.7 heap dump\n"
#define MAGIC_SIZE (sizeof(MAGIC) - 1)
#define MOST       40000 /* tokens */

/* What a record is made of: a address, n number, s bytes, f list of pointer
 * words, m lines of an allocation site, p pauses. */
static const char *const shapes[18] = {"",
                                       "asf",
                                       "sa",
                                       "ansn",
                                       "aaaannnnsaaaa",
                                       "anasaaasf",
                                       "nnaassn",
                                       "aaaaa",
                                       "aa",
                                       "ann",
                                       "nnnnnnnnnnnnnnnnnnnnnnnnpn",
                                       "aaaaa",
                                       "asf",
                                       "asf",
                                       "aaaaaaa",
                                       "aaaaaa",
                                       "anmnn",
                                       "aa"};

struct token {
    char kind; /* 't' starts a record; 'a' and 'n' numbers; 's' bytes; 'o' an
                * offset, 'k' a kind, of a list of pointers */
    uint64_t value; /* 's': so many zeroes behind the bytes */
    const uint8_t *bytes;
    size_t size;
};

struct parsed {
    struct token *tokens;
    size_t count;
    uint64_t seed;
};

static uint64_t draw(struct parsed *p, uint64_t limit)
{
    p->seed ^= p->seed << 13;
    p->seed ^= p->seed >> 7;
    p->seed ^= p->seed << 17;
    return limit ? (p->seed >> 8) % limit : 0;
}

static bool varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static struct token *add(struct parsed *p, char kind, uint64_t value)
{
    struct token *token = &p->tokens[p->count++];

    *token = (struct token){.kind = kind, .value = value};
    return token;
}

static bool number(struct parsed *p, char kind, const uint8_t **at,
                   const uint8_t *end, uint64_t *value)
{
    if (p->count + 4 >= MOST || !varint(at, end, value))
        return false;
    add(p, kind, *value);
    return true;
}

static bool bytes(struct parsed *p, const uint8_t **at, const uint8_t *end)
{
    struct token *token;
    uint64_t size;

    if (p->count + 4 >= MOST || !varint(at, end, &size) ||
        size > (uint64_t)(end - *at))
        return false;
    token = add(p, 's', 0);
    token->bytes = *at;
    token->size = (size_t)size;
    *at += size;
    return true;
}

static bool part(struct parsed *p, char shape, const uint8_t **at,
                 const uint8_t *end)
{
    uint64_t value, kind;

    switch (shape) {
    case 's':
        return bytes(p, at, end);
    case 'f':
        do {
            if (!number(p, 'k', at, end, &kind) ||
                (kind && !number(p, 'o', at, end, &value)))
                return false;
        } while (kind);
        return true;
    case 'm':
        if (!number(p, 'k', at, end, &kind))
            return false;
        for (; kind; kind--) {
            bool function = bytes(p, at, end), file = bytes(p, at, end);

            if (!function || !file || !number(p, 'n', at, end, &value))
                return false;
        }
        return true;
    case 'p':
        for (int i = 0; i < 256; i++)
            if (!number(p, 'k', at, end, &value))
                return false;
        return true;
    default:
        return number(p, shape == 'a' ? 'a' : 'n', at, end, &value);
    }
}

/* Takes a dump apart, as far as it can be. */
static void parse(struct parsed *p, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        size_t start = p->count;
        uint64_t tag;

        if (!number(p, 't', &at, end, &tag) || tag >= 18) {
            p->count = start;
            return;
        }
        for (const char *shape = shapes[tag]; *shape; shape++)
            if (!part(p, *shape, &at, end)) {
                p->count = start;
                return;
            }
    }
}

static size_t put(uint8_t *at, uint64_t value)
{
    size_t n = 0;

    for (; value >= 0x80; value >>= 7)
        at[n++] = (uint8_t)(value | 0x80);
    at[n++] = (uint8_t)value;
    return n;
}

/* The dump again, in at most MOST_BYTES at TO; returns how long it is. */
static size_t print(const struct parsed *p, uint8_t *to, size_t most_bytes)
{
    size_t n = MAGIC_SIZE;

    memcpy(to, MAGIC, MAGIC_SIZE);
    for (size_t i = 0; i < p->count; i++) {
        const struct token *token = &p->tokens[i];
        size_t zeroes = token->kind == 's' ? (size_t)token->value : 0;

        if (n + 10 + token->size + zeroes > most_bytes)
            break;
        n += put(to + n,
                 token->kind == 's' ? token->size + zeroes : token->value);
        if (token->size)
            memcpy(to + n, token->bytes, token->size);
        memset(to + n + token->size, 0, zeroes);
        n += token->size + zeroes;
    }
    return n;
}

/* Some token of KIND; NULL if there is none. */
static struct token *pick(struct parsed *p, char kind)
{
    size_t at = draw(p, p->count);

    for (size_t i = 0; i < p->count; i++) {
        struct token *token = &p->tokens[(at + i) % p->count];

        if (token->kind == kind)
            return token;
    }
    return NULL;
}

/* An address or number that may hurt. */
static uint64_t nasty(struct parsed *p, uint64_t value)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     7,
                                     8,
                                     16,
                                     4095,
                                     8191,
                                     8192,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x100000000,
                                     (uint64_t)1 << 48,
                                     (uint64_t)1 << 63,
                                     UINT64_MAX,
                                     UINT64_MAX - 7,
                                     UINT64_MAX - 8191,
                                     INT64_MAX};
    const struct token *other = pick(p, draw(p, 8) ? 'a' : 'n');

    switch (draw(p, 8)) {
    case 0:
        return edges[draw(p, sizeof(edges) / sizeof(edges[0]))];
    case 1:
        return value + 8 * (draw(p, 33) - 16);
    case 2:
        return value + draw(p, 33) - 16;
    case 3:
        return value + ((draw(p, 9) - 4) << 13);
    case 4:
        return value ^ (uint64_t)1 << draw(p, 64);
    case 5:
        return other ? other->value + 8 * draw(p, 4) : 0;
    case 6:
        return edges[draw(p, sizeof(edges) / sizeof(edges[0]))] -
               8 * draw(p, 200);
    default:
        return other ? other->value : value * 2;
    }
}

static void change_number(struct parsed *p)
{
    struct token *token = pick(p, draw(p, 3) ? 'a' : 'n');

    if (token)
        token->value = nasty(p, token->value);
}

/* Writes an address into some word of some memory. */
static void change_bytes(struct parsed *p, uint8_t *from)
{
    struct token *token = pick(p, 's');
    const struct token *address = pick(p, 'a');
    uint64_t word = address ? address->value : 0;

    if (!token)
        return;
    if (draw(p, 4) == 0)
        word = nasty(p, word);
    switch (draw(p, 6)) {
    case 0:
        token->size = (size_t)draw(p, token->size + 1);
        break;
    case 1:
        token->value = draw(p, 3) ? 8 * draw(p, 64) : draw(p, 9000);
        break;
    default:
        if (token->size >= 8) {
            uint64_t at = draw(p, token->size / 8) * 8;

            memcpy(from + (token->bytes - from) + at, &word, 8);
        }
    }
}

/* An offset of a list of pointers that its memory need not have. */
static void change_offset(struct parsed *p)
{
    struct token *token = pick(p, 'o');

    if (token)
        token->value =
            draw(p, 4) ? token->value + 8 * (draw(p, 9) - 4) : draw(p, 9000);
}

/* Where the record at or behind AT ends, and where it starts. */
static size_t record_of(const struct parsed *p, size_t at, size_t *end)
{
    while (at > 0 && p->tokens[at].kind != 't')
        at--;
    *end = at + 1;
    while (*end < p->count && p->tokens[*end].kind != 't')
        (*end)++;
    return at;
}

/* Drops a record, or writes it a second time somewhere. */
static void change_records(struct parsed *p)
{
    size_t end, to_end, start = record_of(p, (size_t)draw(p, p->count), &end);
    size_t size = end - start, to;
    struct token *copy;

    if (draw(p, 2) == 0) {
        memmove(&p->tokens[start], &p->tokens[end],
                (p->count - end) * sizeof(*copy));
        p->count -= size;
        return;
    }
    to = record_of(p, (size_t)draw(p, p->count), &to_end);
    copy = malloc(size * sizeof(*copy));
    if (!copy || p->count + size >= MOST) {
        free(copy);
        return;
    }
    memcpy(copy, &p->tokens[start], size * sizeof(*copy));
    memmove(&p->tokens[to + size], &p->tokens[to],
            (p->count - to) * sizeof(*copy));
    memcpy(&p->tokens[to], copy, size * sizeof(*copy));
    p->count += size;
    free(copy);
}

static void change(struct parsed *p, uint8_t *from)
{
    for (uint64_t n = 1 + draw(p, 6); n && p->count; n--)
        switch (draw(p, 7)) {
        case 0:
        case 1:
        case 2:
            change_number(p);
            break;
        case 3:
            change_bytes(p, from);
            break;
        case 4:
            change_offset(p);
            break;
        default:
            change_records(p);
        }
}

size_t fuzz_mutate_dump(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct parsed p = {.seed = seed * 0x9e3779b97f4a7c15u + 1};
    uint8_t *from;

    if (size <= MAGIC_SIZE || memcmp(data, MAGIC, MAGIC_SIZE) != 0)
        return 0;
    from = malloc(size);
    p.tokens = malloc(MOST * sizeof(*p.tokens));
    if (!from || !p.tokens)
        abort();
    memcpy(from, data, size);
    parse(&p, from + MAGIC_SIZE, from + size);
    change(&p, from);
    size = print(&p, data, most);
    free(p.tokens);
    free(from);
    return size;
}
