/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_image_test.c - the image of debug sections has what is in the file's,
 * however that is packed.
 */
#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "base/test.h"
#include "golang/debug_impl.h"

#define SIZE   1000 /* of each section, as it is read */
#define HEADER (sizeof(Elf64_Ehdr) + 4 * sizeof(Elf64_Shdr))

/* How .debug_info is written. */
enum packing { PLAIN, ZLIB, ZLIB_GNU };

struct fixture {
    struct hs_arena arena;
    struct hs_program program;
    struct golang_image image;
    struct golang g;
    uint8_t info[SIZE], abbrev[SIZE];
    uint8_t file[4 * SIZE];
    size_t size;
};

static void put(struct fixture *f, const void *bytes, size_t size)
{
    memcpy(f->file + f->size, bytes, size);
    f->size += size;
}

/* The number in SIZE bytes, the highest first. */
static void put_number(struct fixture *f, uint64_t number, unsigned size)
{
    while (size-- > 0)
        f->file[f->size++] = (uint8_t)(number >> 8 * size);
}

/* A zlib stream (RFC 1950) of one block that is stored as it is (RFC 1951). */
static void put_stream(struct fixture *f, const uint8_t *bytes)
{
    uint32_t a = 1, b = 0; /* Adler-32 */

    for (size_t i = 0; i < SIZE; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    put(f, "\x78\x01\x01", 3);
    put(f, (uint8_t[]){SIZE & 0xff, SIZE >> 8, ~SIZE & 0xff, ~SIZE >> 8 & 0xff},
        4);
    put(f, bytes, SIZE);
    put_number(f, b << 16 | a, 4);
}

static void put_info(struct fixture *f, enum packing packing)
{
    const Elf64_Chdr header = {
        .ch_type = ELFCOMPRESS_ZLIB, .ch_size = SIZE, .ch_addralign = 1};

    if (packing == PLAIN) {
        put(f, f->info, SIZE);
        return;
    }
    if (packing == ZLIB) {
        put(f, &header, sizeof(header));
    } else {
        put(f, "ZLIB", 4);
        put_number(f, SIZE, 8);
    }
    put_stream(f, f->info);
}

static void write_file(struct fixture *f, enum packing packing)
{
    static const char names[] =
        "\0.debug_info\0.debug_abbrev\0.shstrtab\0.zdebug_info";
    Elf64_Ehdr header = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof(header),
        .e_shoff = sizeof(header),
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = 4,
        .e_shstrndx = 3,
    };
    Elf64_Shdr sections[4] = {
        {0},
        {.sh_name = packing == ZLIB_GNU ? 37 : 1,
         .sh_type = SHT_PROGBITS,
         .sh_offset = HEADER,
         .sh_flags = packing == ZLIB ? SHF_COMPRESSED : 0},
        {.sh_name = 13, .sh_type = SHT_PROGBITS, .sh_size = SIZE},
        {.sh_name = 27, .sh_type = SHT_STRTAB, .sh_size = sizeof(names)},
    };

    f->size = HEADER;
    put_info(f, packing);
    sections[2].sh_offset = f->size;
    sections[1].sh_size = f->size - HEADER;
    put(f, f->abbrev, SIZE);
    sections[3].sh_offset = f->size;
    put(f, names, sizeof(names));
    memcpy(f->file, &header, sizeof(header));
    memcpy(f->file + sizeof(header), sections, sizeof(sections));
}

static void open_fixture(struct fixture *f)
{
    *f = (struct fixture){.arena = HS_ARENA_EMPTY};
    for (unsigned i = 0; i < SIZE; i++) {
        f->info[i] = (uint8_t)(i * i);
        f->abbrev[i] = (uint8_t)(7 * i);
    }
    f->image.machine = EM_X86_64;
    f->g = (struct golang){.scratch = &f->arena,
                           .program = &f->program,
                           .image = &f->image,
                           .pointer_size = 8};
}

/* Is the section called NAME in IMAGE just BYTES? */
static bool has_section(Elf *image, const char *name, const uint8_t *bytes)
{
    Elf_Scn *section = NULL;
    size_t names;

    assert_int_equal(elf_getshdrstrndx(image, &names), 0);
    while ((section = elf_nextscn(image, section))) {
        const Elf_Data *data = elf_rawdata(section, NULL);
        GElf_Shdr header;

        assert_non_null(gelf_getshdr(section, &header));
        if (strcmp(elf_strptr(image, names, header.sh_name), name) == 0)
            return data && data->d_size == SIZE && header.sh_flags == 0 &&
                   memcmp(data->d_buf, bytes, SIZE) == 0;
    }
    return false;
}

/* Are both sections of the file in its image?  If DAMAGED, at most the other
 * one is. */
static void check_image(struct fixture *f, bool damaged)
{
    Elf *file, *image;

    elf_version(EV_CURRENT);
    file = elf_memory((char *)f->file, f->size);
    assert_non_null(file);
    f->program.bytes = hs_cursor_over(f->file, f->size, 0);
    f->image.elf = file;
    image = hs_debug_open_image(&f->g);
    CHECK((image && has_section(image, ".debug_info", f->info)) == !damaged);
    CHECK(!image || has_section(image, ".debug_abbrev", f->abbrev));
    if (image)
        elf_end(image);
    elf_end(file);
    hs_arena_free(&f->arena);
}

TEST(an_image_has_the_sections_of_the_file_whether_packed_or_not)
{
    static struct fixture f;

    open_fixture(&f);
    for (enum packing packing = PLAIN; packing <= ZLIB_GNU; packing++) {
        write_file(&f, packing);
        check_image(&f, false);
    }
}

TEST(a_damaged_section_is_as_if_it_were_not_there)
{
    static struct fixture f;

    open_fixture(&f);
    for (enum packing packing = ZLIB; packing <= ZLIB_GNU; packing++) {
        size_t size_at = HEADER + (packing == ZLIB ? 8 : 11);
        size_t stream_at = HEADER + (packing == ZLIB ? sizeof(Elf64_Chdr) : 12);

        for (unsigned i = 0; i < 8; i++) { /* says that it is longer, or not */
            write_file(&f, packing);
            f.file[size_at] ^= (uint8_t)(1 << i);
            check_image(&f, true);
        }
        for (size_t i = stream_at; i < stream_at + SIZE + 11; i += 97) {
            write_file(&f, packing);
            f.file[i] ^= 0x55;
            check_image(&f, true);
        }
    }
}
