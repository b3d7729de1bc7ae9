/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smaps.c - /proc/PID/smaps and smaps_rollup: what is resident, by mapping.
 *
 *   file    = (mapping (key ":" blank+ n " kB" NL)* ["VmFlags:" ... NL])+
 *   mapping = hex "-" hex " " perms " " offset " " device " " inode [name] NL
 *
 * smaps_rollup has the sums in one mapping, [rollup].
 *
 * Go's arenas are named "[anon: Go: heap]" from Go 1.25 on, where the kernel
 * keeps names.  Elsewhere they are known by where they are: anonymous, writable
 * mappings that begin at 0xc000000000 (amd64), 0x4000000000 (arm64) or from Go
 * 1.26 on somewhere random, but in any case below the addresses that mmap gives
 * to whoever does not ask for one.
 */
#include "base/lines.h"
#include "base/scan.h"
#include "format/format.h"
#include "model/process.h"

enum kind { ARENA, TABLE, C_HEAP, FILE_MAPPED, OTHER, KINDS };

enum { RSS, PSS, ANON, HUGE, SWAP, SHMEM, SIZE, KEYS };

static const char *const keys[KEYS] = {
    "Rss:",  "Pss:",       "Anonymous:", "AnonHugePages:",
    "Swap:", "Pss_Shmem:", "Size:"};

struct smaps {
    struct hs_lines lines;
    uint64_t sums[KINDS][KEYS]; /* of mappings */
    uint64_t rollup[KEYS];
    bool in_rollup, has_rollup, has_flags, flagged, too_big;
    bool has_key[KEYS];
    enum kind kind;
    uint64_t mappings;
};

static bool hex_run(struct hs_cursor *scan, uint64_t *number)
{
    char digits[20] = "0x";
    size_t n = 2;
    struct hs_cursor at;

    while (n < sizeof(digits) - 1 && hs_scan_peek(scan) &&
           strchr("0123456789abcdef", hs_scan_peek(scan))) {
        digits[n++] = (char)*scan->at;
        hs_cursor_take(scan, 1);
    }
    at = hs_cursor_over(digits, n, 0);
    return hs_scan_hex(&at, number) && hs_cursor_left(&at) == 0;
}

struct mapping {
    uint64_t start, end;
    struct hs_str perms, name;
};

static bool read_mapping(struct hs_cursor scan, struct mapping *m)
{
    struct hs_str word;

    if (!hex_run(&scan, &m->start) || !hs_scan_literal(&scan, "-") ||
        !hex_run(&scan, &m->end) || !hs_scan_literal(&scan, " ") ||
        !hs_scan_word(&scan, &m->perms) || m->perms.size != 4)
        return false;
    for (int i = 0; i < 3; i++) { /* offset, device, inode */
        hs_scan_blanks(&scan);
        if (!hs_scan_word(&scan, &word))
            return false;
    }
    m->name = hs_scan_trim(hs_scan_rest(&scan));
    return true;
}

/* Where Go asks for its arenas, and nobody else is put. */
static bool is_arena_address(uint64_t start)
{
    bool mmap_of_39_bits = start >= 0x7e00000000 && start < 0x8000000000;

    return start >= 0x4000000000 && start < 0x7e0000000000 && !mmap_of_39_bits;
}

static enum kind kind_of(const struct mapping *m)
{
    if (hs_str_starts(m->name, "[anon: Go: heap]") ||
        hs_str_starts(m->name, "[anon: Go: heap reservation]"))
        return ARENA;
    if (hs_str_starts(m->name, "[anon: Go: "))
        return TABLE;
    if (hs_str_equal(m->name, hs_str_of("[heap]")))
        return C_HEAP;
    if (hs_str_starts(m->name, "/"))
        return FILE_MAPPED;
    if (m->name.size == 0 && is_arena_address(m->start))
        return ARENA;
    return OTHER;
}

static bool read_key(struct smaps *s, struct hs_cursor scan)
{
    for (size_t k = 0; k < KEYS; k++) {
        struct hs_cursor at = scan;
        uint64_t *sum = s->in_rollup ? &s->rollup[k] : &s->sums[s->kind][k];
        uint64_t kb;

        if (!hs_scan_literal(&at, keys[k]))
            continue;
        hs_scan_blanks(&at);
        if (!hs_scan_unsigned(&at, &kb) || !hs_scan_literal(&at, " kB"))
            return false;
        s->too_big |= kb > UINT64_MAX >> 10 ||
                      __builtin_add_overflow(*sum, kb << 10, sum);
        s->has_key[k] = true;
        return true;
    }
    return true; /* one of the keys that nobody needs */
}

static bool read_line(struct smaps *s, struct hs_err *err)
{
    struct hs_cursor scan = s->lines.line;
    struct mapping m;
    struct hs_str word;

    if (read_mapping(scan, &m)) {
        s->in_rollup = hs_str_equal(m.name, hs_str_of("[rollup]"));
        s->has_rollup |= s->in_rollup;
        s->kind = kind_of(&m);
        s->flagged = false;
        s->mappings++;
        return true;
    }
    if (s->mappings > 0 && hs_scan_literal(&scan, "VmFlags:")) {
        s->flagged = s->has_flags = true;
        return true;
    }
    if (s->mappings == 0 || !hs_scan_word(&scan, &word) ||
        word.text[word.size - 1] != ':' || !read_key(s, s->lines.line))
        return hs_lines_fail(&s->lines, "a line of smaps", err);
    return true;
}

static bool check(struct smaps *s, struct hs_err *err)
{
    if (!hs_lines_whole(&s->lines, "the list of mappings", err))
        return false;
    if (!s->has_key[RSS])
        return hs_fail(err, HS_ETRUNC, s->lines.window.offset,
                       "no mapping with its Rss");
    if (s->has_flags && !s->flagged)
        return hs_fail(err, HS_ETRUNC, s->lines.window.offset,
                       "the last mapping is cut short");
    if (s->too_big)
        return hs_fail(err, HS_EDATA, HS_NOWHERE, "sizes that no machine has");
    return true;
}

static void say_sums(const struct smaps *s, struct hs_process *process,
                     const uint64_t sums[KEYS], enum hs_witness by)
{
    static const enum hs_fact_name facts[KEYS] = {
        HS_FACT_RSS,  HS_FACT_PSS,       HS_FACT_RSS_ANON,   HS_FACT_HUGE_PAGES,
        HS_FACT_SWAP, HS_FACT_RSS_SHMEM, HS_FACT_MAPPED_SIZE};

    for (size_t k = 0; k < KEYS; k++)
        if (s->has_key[k])
            hs_process_say(process, facts[k], sums[k], by);
}

/* What is not anonymous is of files, or shared memory. */
static void say_files(const struct smaps *s, struct hs_process *process,
                      const uint64_t sums[KEYS], enum hs_witness by)
{
    if (s->has_key[ANON] && sums[ANON] <= sums[RSS])
        hs_process_say(process, HS_FACT_RSS_FILE, sums[RSS] - sums[ANON], by);
}

static void say_kinds(const struct smaps *s, struct hs_process *process)
{
    static const enum hs_fact_name facts[KINDS] = {
        [ARENA] = HS_FACT_ARENAS,     [TABLE] = HS_FACT_GO_TABLES,
        [C_HEAP] = HS_FACT_C_HEAP,    [FILE_MAPPED] = HS_FACT_MAPPED,
        [OTHER] = HS_FACT_OTHER_ANON,
    };

    for (size_t k = 0; k < KINDS; k++)
        if (s->sums[k][RSS] > 0 || k != TABLE)
            hs_process_say(process, facts[k], s->sums[k][RSS], HS_BY_SMAPS);
    hs_process_say(process, HS_FACT_ARENAS_HUGE, s->sums[ARENA][HUGE],
                   HS_BY_SMAPS);
    hs_process_say(process, HS_FACT_ARENAS_SWAP, s->sums[ARENA][SWAP],
                   HS_BY_SMAPS);
}

static bool read(struct smaps *s, struct hs_snapshot *snapshot,
                 struct hs_err *err)
{
    struct hs_process *process;
    uint64_t sums[KEYS] = {0};

    while (hs_lines_next(&s->lines))
        if (hs_cursor_left(&s->lines.line) > 0 && !read_line(s, err))
            return false;
    if (!check(s, err))
        return false;
    process = hs_process_of(snapshot);
    if (s->has_rollup) {
        say_sums(s, process, s->rollup, HS_BY_ROLLUP);
        say_files(s, process, s->rollup, HS_BY_ROLLUP);
        return true;
    }
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t k = 0; k < KEYS; k++)
            if (__builtin_add_overflow(sums[k], s->sums[kind][k], &sums[k]))
                return hs_fail(err, HS_EDATA, HS_NOWHERE,
                               "sizes that no machine has");
    say_sums(s, process, sums, HS_BY_SMAPS);
    say_files(s, process, sums, HS_BY_SMAPS);
    say_kinds(s, process);
    return true;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct smaps s = {0};

    hs_lines_open(&s.lines, input);
    read(&s, snapshot, err);
    hs_lines_close(&s.lines);
    return err->kind == HS_OK;
}

static int probe(struct hs_cursor head)
{
    struct hs_cursor line = head;
    struct mapping m;
    struct hs_str first;

    if (!hs_scan_until(&head, '\n', &first))
        return 0;
    line = hs_cursor_over(first.text, first.size, 0);
    if (!read_mapping(line, &m))
        return 0;
    /* A mapping of /proc/PID/maps has no keys. */
    return hs_scan_literal(&head, "Size:") || hs_scan_literal(&head, "Rss:")
               ? 100
               : 0;
}

const struct hs_format hs_format_smaps = {
    .name = "smaps",
    .title = "map of a process's memory (smaps, smaps_rollup)",
    .command = "cat /proc/PID/smaps_rollup >smaps_rollup",
    .capture = "    cat /proc/PID/smaps_rollup >smaps_rollup\n"
               "    cat /proc/PID/smaps >smaps          # more detail, slower\n"
               "\n"
               "How much memory is resident, and what kind of: with MemStats\n"
               "(a dump, expvar, metrics) it tells where the RSS goes. The\n"
               "kernel looks at every page of the process for it; the program\n"
               "goes on, but for a mapping or a page fault that has to wait.",
    .fills = HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
