#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py - the smallest Go executables: a few kilobytes that have what the
runtime's tables have, in both sizes of a word, both byte orders, and the layout
of several versions.  They run nowhere.  A fuzzer can change them quickly, and
the tests know each type and each line of them.

  text    0x1000 main.main (with main.inner inlined at +16..+32), main.other
  types   main.Node and all that it is made of
"""
import os
import struct

BASE = 0x400000
INT, UINT64, ARRAY, CHAN, FUNC, INTERFACE, MAP = 2, 11, 17, 18, 19, 20, 21
POINTER, SLICE, STRING, STRUCT = 22, 23, 24, 25
UNCOMMON, STAR, NAMED, ON_DEMAND, DIRECT = 1, 2, 4, 16, 32


def uvarint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def zigzag(n):
    return uvarint(n << 1 if n >= 0 else (-n << 1) - 1)


class Segment:
    def __init__(self, image, address):
        self.image, self.address, self.data = image, address, bytearray()

    def here(self, align=1):
        while (self.address + len(self.data)) % align:
            self.data.append(0)
        return self.address + len(self.data)

    def add(self, data, align=1):
        at = self.here(align)
        self.data += data
        return at

    def patch(self, address, data):
        at = address - self.address
        self.data[at:at + len(data)] = data


class Image:
    def __init__(self, word, order, minor, machine):
        self.word, self.order, self.minor = word, order, minor
        self.machine = machine
        self.ro = Segment(self, BASE + 0x2000)
        self.rw = Segment(self, BASE + 0x10000)

    def p(self, *numbers):
        return struct.pack(self.order + "%d%s" % (
            len(numbers), "Q" if self.word == 8 else "I"), *numbers)

    def u4(self, *numbers):
        return struct.pack(self.order + "%dI" % len(numbers),
                           *(n & 0xFFFFFFFF for n in numbers))

    def u2(self, *numbers):
        return struct.pack(self.order + "%dH" % len(numbers), *numbers)

    # Types: room first, so that they can name one another.
    def name(self, text, flags=0):
        return self.ro.add(bytes([flags]) + uvarint(len(text)) + text.encode())

    def room(self, size):
        return self.ro.add(bytes(size), self.word)

    def describe(self, at, kind, size, pointers, text, rest=b"", package=None,
                 flags=0, mask=b"\xff" * 8, direct=False):
        if direct and self.minor >= 26:
            flags |= DIRECT
        elif direct:
            kind |= 32
        offset = self.name(text) - self.types
        if package:
            flags |= UNCOMMON | NAMED
        gc = self.ro.add(mask)
        head = self.p(size, pointers) + self.u4(0x1234) + bytes(
            [flags, self.word, self.word, kind]) + self.p(0, gc)
        head += self.u4(offset, 0) + rest
        if package:
            where = self.name(package) - self.types
            head += self.u4(where) + self.u2(0, 0) + self.u4(0, 0)
        self.ro.patch(at, head)

    def build(self):
        w = self.word
        self.types = self.ro.here(32)
        self.ro.add(bytes(w))
        # Before all others that which leads to them: Go 1.27 lists it so.
        t = {n: self.room(256) for n in (
            "*node", "int", "uint64", "string", "node", "[]*node", "map",
            "group", "slots", "slot", "chan", "func", "any", "array", "big")}
        self.describe(t["int"], INT, w, 0, "int", flags=NAMED)
        self.describe(t["uint64"], UINT64, 8, 0, "uint64", flags=NAMED)
        self.describe(t["string"], STRING, 2 * w, w, "string", flags=NAMED,
                      mask=b"\1")
        self.describe(t["*node"], POINTER, w, w, "*main.Node",
                      self.p(t["node"]), direct=True, mask=b"\1")
        self.describe(t["[]*node"], SLICE, 3 * w, w, "*[]*main.Node",
                      self.p(t["*node"]), flags=STAR, mask=b"\1")
        self.describe(t["any"], INTERFACE, 2 * w, 2 * w, "interface {}",
                      self.p(0, 0, 0, 0), mask=b"\2")
        self.describe(t["chan"], CHAN, w, w, "chan int", self.p(t["int"], 3),
                      direct=True, mask=b"\1")
        params = self.u2(1, 1) + (bytes(4) if w == 8 else b"")
        self.describe(t["func"], FUNC, w, w, "func(int) string",
                      params + self.p(t["int"], t["string"]), direct=True,
                      mask=b"\1")
        self.describe(t["array"], ARRAY, 3 * w, 3 * w, "[3]*main.Node",
                      self.p(t["*node"], t["[]*node"], 3), mask=b"\7")
        # Its mask is made: by a program before Go 1.24, else from its parts.
        program = self.u4(5) + bytes([1, 1, 0x81]) + uvarint(299) + b"\0"
        self.describe(t["big"], ARRAY | (64 if self.minor < 24 else 0), 300 * w,
                      300 * w, "[300]*main.Node",
                      self.p(t["*node"], t["[]*node"], 300), mask=program,
                      flags=ON_DEMAND if self.minor >= 24 else 0)
        self.maps(t)
        self.node(t)
        self.links = self.ro.add(self.u4(*(
            t[n] - self.types for n in ("*node", "map", "big"))), 4)
        self.etypes = self.ro.here(32)
        self.functions()
        self.module(3)
        return self.file()

    def fields(self, *fields):
        rows = [(self.name(n), t, o) for n, t, o in fields]
        at = self.ro.add(b"".join(self.p(*r) for r in rows), self.word)
        return self.p(0, at, len(rows), len(rows))

    def maps(self, t):
        w = self.word
        slot = 3 * w
        if self.minor >= 24:
            fields = self.fields(("ctrl", t["uint64"], 0),
                                 ("slots", t["slots"], 8))
            rest = self.p(t["string"], t["int"], t["group"], 0)
            size = 8 + 8 * slot
            counts = 6 if self.minor >= 27 else 3
            rest += self.p(*[size] + [slot] * (counts - 1)) + self.u4(0)
        else:
            fields = self.fields(("keys", t["slots"], 8),)
            rest = self.p(t["string"], t["int"], t["group"], 0)
            size = 8 + 8 * slot
            rest += bytes([2 * w, w]) + self.u2(size) + self.u4(4)
        self.describe(t["slot"], STRUCT, slot, w, "struct { key string }",
                      self.fields(("key", t["string"], 0),
                                  ("elem", t["int"], 2 * w)))
        self.describe(t["slots"], ARRAY, 8 * slot, 7 * slot + w, "[8]struct",
                      self.p(t["slot"], 0, 8), mask=b"\x49\x92\x24" * 3)
        self.describe(t["group"], STRUCT, size, size - 2 * w,
                      "map.group[string]int", fields, mask=b"\x92\x24\x49" * 3)
        self.describe(t["map"], MAP, w, w, "map[string]int", rest, direct=True,
                      mask=b"\1")

    def node(self, t):
        w, at, rows = self.word, 0, []
        for name, kind, size in (
                ("Name", "string", 2), ("Next", "*node", 1),
                ("Kids", "[]*node", 3), ("M", "map", 1), ("C", "chan", 1),
                ("F", "func", 1), ("E", "any", 2), ("A", "array", 3)):
            rows.append((name, t[kind], at * w))
            at += size
        mask = "10" "1" "100" "1" "1" "1" "01" "111"  # lowest bit first
        self.describe(t["node"], STRUCT, at * w, at * w, "*main.Node",
                      self.fields(*rows), package="main", flags=STAR,
                      mask=struct.pack("<H", int(mask[::-1], 2)))

    def functions(self):
        w, start = self.word, self.ro.here(32)
        names = [b"main.main", b"main.inner", b"main.other"]
        name_at = [0, 10, 21]
        pctab = bytearray(b"\0")

        def table(*steps):
            """(VALUE, END): VALUE up to END bytes into the function."""
            at, value, pc = len(pctab), -1, 0
            for v, end in steps:
                pctab.extend(zigzag(v - value) + uvarint(end - pc))
                value, pc = v, end
            pctab.append(0)
            return at

        pcfile = table((0, 64))
        main_lines = table((10, 16), (21, 32), (12, 64))
        other_lines = table((30, 64))
        inlined = table((-1, 16), (0, 32), (-1, 64))
        files = b"main.go\0"
        header = 8 + 8 * w
        names_at = header
        units_at = names_at + 32
        files_at = units_at + 4
        pctab_at = files_at + len(files)
        lines_at = (pctab_at + len(pctab) + 7) // 8 * 8
        old = self.minor < 20

        def function(entry, name, lines, pcdata, funcdata):
            out = self.u4(entry, name, 0, 0, 0, pcfile, lines, len(pcdata), 0)
            out += b"" if old else self.u4(9)
            out += bytes([0, 0, 0, len(funcdata)])
            return out + self.u4(*pcdata) + self.u4(*funcdata)

        none = 0xFFFFFFFF
        first = function(0, name_at[0], main_lines, [0, 0, inlined],
                         [none, none, none, 0])
        second = function(64, name_at[2], other_lines, [],
                          [none, none, 32])
        index = self.u4(0, 24, 64, 24 + len(first), 128, 0)
        magic = 0xFFFFFFF0 if old else 0xFFFFFFF1
        data = self.u4(magic) + bytes([0, 0, 1, w]) + self.p(
            2, 1, BASE + 0x1000, names_at, units_at, files_at, pctab_at,
            lines_at)
        data += b"\0".join(names).ljust(32, b"\0") + self.u4(0) + files + pctab
        data = data.ljust(lines_at, b"\0") + index + first + second
        assert self.ro.add(data, 32) == start
        self.tables = [(start + names_at, 32), (start + units_at, 1),
                       (start + files_at, len(files)),
                       (start + pctab_at, len(pctab)),
                       (start + lines_at, len(index + first + second)),
                       (start + lines_at, 3)]
        self.header = start
        # main.inner, called at +12; one stack object of two words, 64 bytes
        # below the locals' end.
        if old:
            tree = self.u2(0xFFFF) + bytes(2) + self.u4(0, 0, name_at[1], 12)
        else:
            tree = bytes(4) + self.u4(name_at[1], 12, 20)
        self.gofunc = self.ro.add(tree.ljust(32, b"\0"), 32)
        mask = self.ro.address  # what stands there first
        self.ro.add(self.p(1) + self.u4(-64, 2 * w, 2 * w, self.bits - mask))

    def module(self, links):
        w = self.word
        info = ("path\texample.com/tiny\nmod\texample.com/tiny\tv1.2.3\t\n"
                "dep\texample.com/other\tv0.1.0\th1:AAAA=\n"
                "build\tGOOS=linux\nbuild\tvcs=git\n"
                "build\tvcs.revision=0123456789abcdef\n"
                "build\tvcs.time=2026-11-23T15:39:44Z\n"
                "build\tvcs.modified=true\nbuild\t-ldflags=\"-X a=\\\"b\\\"\"\n")
        version = "go1.%d.1" % self.minor
        guard = b"0123456789abcdef"
        text = guard + info.encode() + guard
        self.rw.add(b"\xff Go buildinf:" + bytes([w, 2]) + bytes(16) +
                    uvarint(len(version)) + version.encode() +
                    uvarint(len(text)) + text)
        data = self.rw.address + 0x800
        words = [self.header]
        for at, count in self.tables[:5]:
            words += [at, count, count]
        at, count = self.tables[5]
        words += [at, count, count]
        text = BASE + 0x1000
        words += [0, text, text + 128, text, text + 128]
        words += [data, data] + [data, data + 64] + [data + 64, data + 128]
        words += [data + 128, data + 128]
        words += [] if self.minor < 20 else [0, 0]
        words += [data + 128, 0, 0, self.types]
        if self.minor >= 27:
            words += [w + 5 * w + 16, self.etypes, 0, 0]
        else:
            words += [self.etypes]
        words += [self.ro.address, self.gofunc]
        words += [self.gofunc + 64] if self.minor >= 26 else []
        words += [0, 0, 0]
        words += [] if self.minor >= 27 else [self.links, links, links, 0, 0, 0]
        self.rw.add(self.p(*words), 16)
        self.rw.data = self.rw.data.ljust(0x880, b"\0")

    def file(self):
        wide = self.word == 8
        head = 64 + 2 * 56 if wide else 52 + 2 * 32
        head = (head + 31) // 32 * 32
        ident = b"\x7fELF" + bytes([2 if wide else 1,
                                    1 if self.order == "<" else 2, 1])
        out = ident.ljust(16, b"\0") + self.u2(2, self.machine) + self.u4(1)
        out += self.p(BASE + 0x1000, 64 if wide else 52, 0) + self.u4(0)
        out += self.u2(64 if wide else 52, 56 if wide else 32, 2, 0, 0, 0)
        offset = head
        for segment, flags in ((self.ro, 5), (self.rw, 6)):
            size = len(segment.data)
            if wide:
                out += self.u4(1, flags) + self.p(
                    offset, segment.address, segment.address, size, size, 4096)
            else:
                out += self.u4(1, offset, segment.address, segment.address,
                               size, size, flags, 4096)
            offset += size
        return out.ljust(head, b"\0") + self.ro.data + self.rw.data


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for name, word, order, minor, machine in (
            ("tiny-go1.19-386.elf", 4, "<", 19, 3),
            ("tiny-go1.22-amd64.elf", 8, "<", 22, 62),
            ("tiny-go1.25-ppc64.elf", 8, ">", 25, 21),
            ("tiny-go1.26-amd64.elf", 8, "<", 26, 62),
            ("tiny-go1.27-arm64.elf", 8, "<", 27, 183),
            ("tiny-go1.20-mips.elf", 4, ">", 20, 8)):
        image = Image(word, order, minor, machine)
        image.bits = image.ro.add(b"\2" + bytes(7))
        with open(os.path.join(here, name), "wb") as out:
            out.write(image.build())


main()
