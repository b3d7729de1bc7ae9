/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_random_test.c - draws a heap, writes it, and works it out plainly.
 */
#include "algo/heap_random_test.h"

#include <stdlib.h>
#include <string.h>

#include "algo/shapes_test.h"
#include "base/test.h"

#define HEAP_BASE  0xc000000000u
#define DATA       0x500000u
#define BSS        0x520000u
#define STACK      0x700000u
#define DATA_WORDS 10
#define BSS_WORDS  6

static const char *const versions[] = {"go1.19.0", "go1.22.0", "go1.24.0",
                                       "go1.26.0"};

static uint32_t draw(uint64_t *seed, uint32_t limit)
{
    return hs_shape_draw(seed, limit);
}

/* Objects of one page: equal slots with some left out, or of any sizes. */
static void fill_page(struct random_heap *r, uint64_t page, uint64_t *seed)
{
    static const uint16_t sizes[] = {8,  16, 16,  32,  32,  48,
                                     64, 96, 112, 448, 512, 1024};
    uint64_t size = sizes[draw(seed, 12)], at = page;
    uint32_t most = 1 + draw(seed, 12);
    bool odd = draw(seed, 5) == 0, leaves = draw(seed, 3) == 0;

    while (most-- && r->objects < RANDOM_OBJECTS && at < page + 4096) {
        struct random_object *object = &r->object[r->objects++];

        if (odd)
            size = 1 + draw(seed, 20) * (draw(seed, 2) ? 8 : 5);
        *object = (struct random_object){.address = at, .size = size};
        object->count = leaves ? 0 : (uint32_t)(size / 8);
        if (object->count > RANDOM_WORDS)
            object->count = RANDOM_WORDS;
        at += size * (odd ? 1 : 1 + draw(seed, 5) / 4);
    }
}

static void place(struct random_heap *r, uint64_t *seed)
{
    uint32_t wanted = 1 + draw(seed, RANDOM_OBJECTS);
    uint64_t page = HEAP_BASE;

    while (r->objects < wanted) {
        if (draw(seed, 12) == 0) { /* one of more than two pages */
            r->object[r->objects++] = (struct random_object){
                .address = page, .size = 20480, .count = draw(seed, 8)};
            page += 3 * 8192;
        } else {
            fill_page(r, page, seed);
            page += 8192;
        }
        if (draw(seed, 16) == 0)
            page += (uint64_t)8192 << draw(seed, 20);
    }
}

/* A word that a program could have: mostly a pointer to or into an object. */
static uint64_t draw_word(const struct random_heap *r, uint64_t *seed)
{
    const struct random_object *to = &r->object[draw(seed, r->objects)];
    uint32_t kind = draw(seed, 16);

    if (kind == 0)
        return 0;
    if (kind == 1)
        return 0x401000 + draw(seed, 4096);
    if (kind == 2) /* a slot that is free, perhaps */
        return to->address + to->size;
    if (kind == 3)
        return DATA + draw(seed, DATA_WORDS * 8);
    if (kind < 8)
        return to->address + draw(seed, (uint32_t)to->size);
    return to->address;
}

static void draw_words(struct random_heap *r, uint64_t *seed)
{
    uint32_t crowd = 1 + draw(seed, 8);

    for (uint32_t i = 0; i < r->objects; i++) {
        struct random_object *object = &r->object[i];

        for (uint32_t w = 0; w < object->count; w++) {
            object->words[w] = draw(seed, crowd) ? 0 : draw_word(r, seed);
            if (draw(seed, 24) == 0)
                object->words[w] = object->address; /* itself */
            if (w && draw(seed, 16) == 0)
                object->words[w] = object->words[w - 1];
            object->mask |= (uint64_t)(draw(seed, 8) != 0) << w;
        }
        if (draw(seed, 6) == 0)
            object->mask = 0; /* a leaf among objects with pointers */
    }
}

/* Some objects become closures of cleanups, gs and sudogs. */
static void draw_special(struct random_heap *r, uint64_t *seed)
{
    for (uint32_t i = 0; i < r->objects; i++) {
        struct random_object *object = &r->object[i];

        if ((object->size == 32 || object->size == 16) && object->count &&
            draw(seed, 2)) {
            object->words[0] = 0x401000;
            object->words[object->count - 1] = 0x402000;
            if (object->count == 2)
                object->words[1] = draw_word(r, seed);
            object->mask = object->count == 4 ? 0xe : 2;
        }
        if (object->size == 96 && object->count == 12 && draw(seed, 2)) {
            object->words[0] = r->object[draw(seed, r->objects)].address;
            object->mask = 0x78f; /* a sudog's */
        }
    }
}

/* Objects are written page by page, pages in any order. */
static void write_objects(struct random_heap *r, uint64_t *seed)
{
    uint32_t start[RANDOM_OBJECTS + 1], pages = 0;

    for (uint32_t i = 0; i < r->objects; i++)
        if (i == 0 ||
            r->object[i].address >> 13 != r->object[i - 1].address >> 13)
            start[pages++] = i;
    for (; pages; pages--) {
        uint32_t k = draw(seed, pages), i = start[k], first = i;

        while (i < r->objects &&
               r->object[i].address >> 13 == r->object[first].address >> 13) {
            const struct random_object *o = &r->object[i++];

            test_dump_object_masked(&r->dump, o->address, o->size, o->count,
                                    o->words, o->mask);
        }
        start[k] = start[pages - 1];
    }
}

static void write_roots(struct random_heap *r, uint64_t *seed)
{
    static const char *const functions[] = {"main.main", "main.worker",
                                            "runtime.gopark", "net/http.serve"};
    uint64_t words[DATA_WORDS + BSS_WORDS];

    for (uint32_t i = 0; i < DATA_WORDS + BSS_WORDS; i++) {
        words[i] = draw(seed, 3) ? draw_word(r, seed) : 0;
        if (draw(seed, 4) == 0) /* another variable */
            words[i] = draw(seed, 3) ? DATA + draw(seed, DATA_WORDS) * 8
                                     : BSS + draw(seed, BSS_WORDS) * 8;
    }
    for (uint32_t g = 0, n = draw(seed, 5); g < n; g++) {
        uint64_t sp = STACK + g * 0x1000;

        test_dump_goroutine(&r->dump,
                            draw(seed, 2)
                                ? r->object[draw(seed, r->objects)].address
                                : 0x900000 + g * 1024,
                            g + 1);
        for (uint32_t f = draw(seed, 4); f; f--) {
            uint64_t frame[3] = {draw_word(r, seed), draw_word(r, seed),
                                 draw(seed, 4) ? 0 : sp};

            test_dump_frame(&r->dump, sp, functions[draw(seed, 4)], 3, frame,
                            draw(seed, 8));
            sp += 24;
        }
    }
    test_dump_segment(&r->dump, true, DATA, DATA_WORDS, words);
    test_dump_segment(&r->dump, false, BSS, BSS_WORDS, words + DATA_WORDS);
    for (uint32_t i = draw(seed, 4); i; i--)
        test_dump_finalizer(&r->dump, draw_word(r, seed), draw_word(r, seed),
                            0x401000 + draw(seed, 3), draw(seed, 3) == 0);
}

/* An object may be sampled twice: the lower site counts.  The last sample names
 * a site that is not there. */
static void write_samples(struct random_heap *r, uint64_t *seed)
{
    static const char *const stacks[][2] = {{"runtime.mallocgc", "main.site2"},
                                            {"strings.Repeat", "main.site3"},
                                            {"main.site4", "main.main"}};

    for (uint32_t site = 1; site <= RANDOM_SITES; site++)
        test_dump_site(&r->dump, site, site > 1 ? 2 : 0,
                       site > 1 ? stacks[site - 2] : NULL);
    for (uint32_t i = 0; i < r->objects; i++) {
        struct random_object *o = &r->object[i];

        for (uint32_t n = draw(seed, 3) ? draw(seed, 3) : 0; n; n--) {
            uint32_t site = 1 + draw(seed, RANDOM_SITES);

            test_dump_sample(&r->dump,
                             o->address + draw(seed, (uint32_t)o->size), site);
            if (!o->site || site < o->site)
                o->site = site;
        }
    }
    test_dump_sample(&r->dump, r->object[0].address, 77);
}

/* The object that ADDRESS points to or into, or HS_NO_OBJECT. */
static uint32_t object_at(const struct random_heap *r, uint64_t address)
{
    for (uint32_t i = 0; i < r->objects; i++)
        if (address - r->object[i].address < r->object[i].size)
            return i;
    return HS_NO_OBJECT;
}

/* Sets the bits of some objects, beside those that are ALREADY there. */
static size_t draw_objects(const struct random_heap *r, const uint32_t *already,
                           size_t count, uint32_t rare, uint32_t *objects,
                           uint64_t *seed)
{
    size_t drawn = 0, at = 0;

    for (uint32_t i = 0; i < r->objects; i++) {
        bool is = at < count && already[at] == i;

        at += is;
        if (is || (rare && draw(seed, rare) == 0))
            objects[drawn++] = i;
    }
    return drawn;
}

static void read_back(struct random_heap *r, uint64_t *seed)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    uint32_t rare = draw(seed, 2) ? 0 : 12;
    struct hs_holders *h;

    r->heap = test_dump_read(&r->dump);
    assert_int_equal(hs_heap_count(r->heap), r->objects);
    for (uint32_t i = 0; i < r->objects; i++) {
        assert_int_equal(hs_heap_address(r->heap, i), r->object[i].address);
        assert_int_equal(hs_heap_size(r->heap, i), r->object[i].size);
    }
    h = r->holders = hs_holders_new(r->heap, &r->arena, &scratch);
    h->muted_count =
        draw_objects(r, h->muted, h->muted_count, rare, r->muted, seed);
    h->muted = r->muted;
    h->captive_count =
        draw_objects(r, h->captive, h->captive_count, rare, r->captive, seed);
    h->captive = r->captive;
    hs_arena_free(&scratch);
    r->nodes = r->objects + (uint32_t)h->holder_count;
}

static bool is_in(const uint32_t *objects, size_t count, uint32_t object)
{
    for (size_t i = 0; i < count; i++)
        if (objects[i] == object)
            return true;
    return false;
}

static void add_edges(struct random_heap *r)
{
    const struct hs_holders *h = r->holders;

    for (uint32_t i = 0; i < r->objects; i++) {
        const struct random_object *o = &r->object[i];

        for (uint32_t w = 0; w < o->count; w++) {
            uint32_t to = object_at(r, o->words[w]);

            if ((o->mask >> w & 1) && to != HS_NO_OBJECT &&
                !is_in(h->muted, h->muted_count, i))
                r->edge[i][to] = true;
        }
    }
    for (uint32_t i = 0; i < h->holder_count; i++) {
        const struct hs_holder *holder = &h->holders[i];

        if (i != holder->parent)
            r->edge[r->objects + holder->parent][r->objects + i] = true;
        for (uint32_t k = holder->first_root; k < holder[1].first_root; k++)
            r->edge[r->objects + i][h->roots[k].object] = true;
    }
    for (size_t i = 0; i < h->edge_count; i++)
        r->edge[r->objects + h->edges[i].from][r->objects + h->edges[i].to] =
            true;
}

/* retention_cleanups.c tells which closures these are. */
static void add_cleanups(struct random_heap *r, unsigned words)
{
    const struct hs_holders *h = r->holders;
    bool held[RANDOM_OBJECTS];
    uint32_t cleanups = 0;

    while (h->holders[cleanups].kind != HS_HOLDER_CLEANUPS)
        cleanups++;
    for (uint32_t i = 0; i < r->objects; i++) {
        held[i] = is_in(h->captive, h->captive_count, i);
        for (uint32_t from = 0; from < r->nodes; from++)
            held[i] |= r->edge[from][i];
    }
    for (uint32_t i = 0; i < r->objects; i++) {
        const struct random_object *o = &r->object[i];
        uint64_t last = o->words[words - 1];

        if (held[i] || o->size != words * 8 ||
            o->mask != (words == 4 ? 0xe : 2) || o->words[0] < 4096 ||
            o->words[0] >= DATA || last < 4096 || last >= DATA)
            continue;
        r->edge[r->objects + cleanups][i] = true;
    }
}

/* Edges from objects to captives do not count; but they were seen. */
static void free_captives(struct random_heap *r)
{
    for (size_t i = 0; i < r->holders->captive_count; i++)
        for (uint32_t from = 0; from < r->objects; from++)
            r->edge[from][r->holders->captive[i]] = false;
}

void random_heap_flood(const struct random_heap *r, uint32_t from,
                       const bool *wall, bool *seen)
{
    uint32_t stack[RANDOM_NODES], depth = 0;

    memset(seen, 0, RANDOM_NODES);
    seen[from] = true;
    stack[depth++] = from;
    while (depth) {
        const bool *edge = r->edge[stack[--depth]];

        for (uint32_t to = 0; to < r->nodes; to++) {
            if (!edge[to] || seen[to] || (wall && wall[to]))
                continue;
            seen[to] = true;
            stack[depth++] = to;
        }
    }
}

static void dominate(struct random_heap *r)
{
    uint32_t root = r->objects, above[RANDOM_NODES] = {0};
    bool wall[RANDOM_NODES] = {0}, seen[RANDOM_NODES];

    random_heap_flood(r, root, NULL, r->reached);
    for (uint32_t a = 0; a < r->nodes; a++) {
        wall[a] = true;
        random_heap_flood(r, root, wall, seen);
        wall[a] = false;
        for (uint32_t b = 0; b < r->nodes; b++) {
            if (!r->reached[a] || !r->reached[b] ||
                (seen[b] && a != b && a != root))
                continue;
            r->dominates[a][b] = true;
            above[b]++;
            r->bytes[a] += b < r->objects ? r->object[b].size : 0;
            r->retained[a] += b < r->objects;
        }
    }
    for (uint32_t b = 0; b < r->nodes; b++) {
        r->idom[b] = HS_NO_NODE;
        for (uint32_t a = 0; a < r->nodes; a++)
            if (r->dominates[a][b] && above[a] + 1 == above[b])
                r->idom[b] = a;
        if (!r->reached[b] && b < r->objects) {
            r->bytes[b] = r->object[b].size;
            r->retained[b] = 1;
        }
    }
}

bool random_heap_open(struct random_heap *r, uint64_t seed)
{
    const char *version = versions[draw(&seed, 4)];

    memset(r, 0, sizeof(*r));
    r->arena = HS_ARENA_EMPTY;
    test_dump_open(&r->dump, version);
    place(r, &seed);
    draw_words(r, &seed);
    draw_special(r, &seed);
    write_objects(r, &seed);
    write_roots(r, &seed);
    write_samples(r, &seed);
    read_back(r, &seed);
    if (r->nodes > RANDOM_NODES) {
        random_heap_close(r);
        return false;
    }
    add_edges(r);
    if (strcmp(version, "go1.24.0") == 0)
        add_cleanups(r, 4);
    else if (strcmp(version, "go1.26.0") == 0)
        add_cleanups(r, 2);
    free_captives(r);
    dominate(r);
    return true;
}

void random_heap_close(struct random_heap *r)
{
    hs_arena_free(&r->arena);
    test_dump_close(&r->dump);
}

bool random_heap_is_unit(const struct random_heap *r, uint32_t node)
{
    return node >= r->objects && r->holders->holders[node - r->objects].unit;
}

bool random_heap_is_deferred(const struct random_heap *r, uint32_t node)
{
    return node >= r->objects &&
           r->holders->holders[node - r->objects].deferred;
}
