#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py - well-formed profiles of every shape, one per function.

    make.py OUTDIR

The name of a function is the name of its file; its comment says what the file
is for.  Where pprof's values are wrong, right() writes the right ones.
"""
import gzip
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from wire import Profile, blob, num, packed, varint  # noqa: E402

SPACE = ('space', 'bytes')
OBJECTS = ('objects', 'count')
OUT = sys.argv[1] if len(sys.argv) > 1 else '.'


def save(name, data):
    with open(os.path.join(OUT, name), 'wb') as out:
        out.write(data)


def right(name, why, *rows):
    """Rows are (sample_type, granularity, name, flat, cum)."""
    with open(os.path.join(OUT, name + '.right.tsv'), 'w') as out:
        out.write('# ' + why + '\n')
        for row in [('sample_type', 'granularity', 'name', 'flat', 'cum'),
                    *rows]:
            out.write('\t'.join(map(str, row)) + '\n')


def drop_keep():
    """drop_frames and keep_frames, on every rule of pruning."""
    p = Profile(OBJECTS, SPACE)
    p.put(7, p.s(r'malloc|operator new|my_alloc.*|runtime\.|inl_drop'))
    p.put(8, p.s(r'my_alloc_kept'))
    app = p.mapping('/opt/app')
    # The leaf and all below the first match go.
    p.sample(['malloc', 'operator new(unsigned long)', 'app', 'main'], 1, 10)
    # What is above the first frame that does not match stays, matching or not.
    p.sample(['app', 'malloc'], 1, 200)
    p.sample(['malloc', 'my_alloc'], 1, 3000)
    # A kept frame stays, and what it calls goes again only if it matches.
    p.sample(['malloc', 'my_alloc_kept', 'main'], 1, 40000)
    p.sample(['work', 'my_alloc_kept', 'malloc', 'main'], 1, 500000)
    # All below a match goes, even what does not match itself.
    p.sample(['leaf', 'my_alloc_2', 'app', 'main'], 1, 6000000)
    # A name is cut at its first parenthesis, and loses one leading dot.
    p.sample(['runtime.(*mheap).alloc', 'runtime.mallocgc', 'app'], 1, 7 << 24)
    p.sample(['.malloc', 'app'], 1, 1 << 30)
    p.sample(['..malloc', 'app'], 1, 1 << 31)
    p.sample(['xmalloc', 'mallocx', 'app'], 1, 1 << 32)
    p.sample(['(anonymous namespace)::malloc(int)', 'app'], 1, 1 << 33)
    p.sample(['operator()(int)', 'app'], 1, 1 << 34)
    # Inlined lines below the match go, those above in one location stay.
    mixed = p.location(('in', 'a.cc', 1), ('inl_drop', 'a.cc', 2),
                       ('inl_up', 'a.cc', 3), mapping=app, address=0x400010)
    p.sample(['leaf', mixed, 'main'], 1, 1 << 35)
    top = p.location(('in', 'a.cc', 1), ('inl_drop', 'a.cc', 9),
                     mapping=app, address=0x400020)
    p.sample(['leaf', top, 'main'], 1, 1 << 36)
    save('drop-keep.pb', p.bytes())


def drop_bad_regexp():
    """A drop_frames that is no regular expression: nothing is dropped."""
    p = Profile(SPACE)
    p.put(7, p.s('malloc(['))
    p.sample(['malloc', 'main'], 5)
    save('drop-bad-regexp.pb', p.bytes())


def drop_keep_only():
    """keep_frames without drop_frames has no effect."""
    p = Profile(SPACE)
    p.put(8, p.s('main'))
    p.sample(['malloc', 'main'], 5)
    save('keep-only.pb', p.bytes())


def inlined():
    """Several lines in one location, innermost first."""
    p = Profile(OBJECTS, SPACE)
    app = p.mapping('/opt/app')
    abc = p.location(('a', 'a.go', 1), ('b', 'b.go', 2), ('c', 'c.go', 3),
                     mapping=app, address=0x400100)
    bc = p.location(('b', 'b.go', 5), ('c', 'c.go', 3), mapping=app,
                    address=0x400110)
    p.sample([abc, 'main'], 1, 100)
    p.sample([bc, 'main'], 2, 2000)
    p.sample(['a', 'main'], 3, 30000)  # a is inlined only in part
    p.sample([abc, bc, 'main'], 4, 400000)
    save('inlined.pb', p.bytes())


def empty_stack():
    """Samples without a stack count for the total, and for no function."""
    p = Profile(OBJECTS, SPACE)
    p.sample([], 1, 500)
    p.sample(['f', 'main'], 2, 1500)
    p.sample([], 3, -70)
    save('empty-stack.pb', p.bytes())


def no_mapping():
    """No mapping at all; a location without lines has then no name."""
    p = Profile(SPACE)
    bare = p.location(address=0x1234)
    p.sample([bare, 'main'], 7)
    p.sample(['f', 'main'], 1)
    save('no-mapping.pb', p.bytes())


def no_lines():
    """Locations without lines are [binary], or <unknown> without a file."""
    p = Profile(SPACE)
    app = p.mapping('/opt/app')
    twin = p.mapping('/usr/bin/app', 0x600000, 0x700000)
    lib = p.mapping('/usr/lib/libc.so.6', 0x700000, 0x800000)
    none = p.mapping('', 0x800000, 0x900000)
    ids = [p.location(mapping=m, address=a) for m, a in (
        (app, 0x400001), (app, 0x400002), (twin, 0x600001), (lib, 0x700001),
        (none, 0x800001), (0, 0x900001))]
    for index, id in enumerate(ids):
        p.sample([id, 'main'], 10 ** index)
    p.sample([ids[0], ids[1], ids[3], 'main'], 5000000)
    save('no-lines.pb', p.bytes())


def recursion():
    """A function counts once in cum, however often it is in the stack."""
    p = Profile(SPACE)
    p.sample(['f', 'f', 'f', 'main'], 10)
    p.sample(['f', 'g', 'f', 'g', 'main'], 200)
    p.sample(['leaf', 'f', 'g', 'f', 'main'], 3000)
    loc = p.location(('f', 'f.go', 1), ('f', 'f.go', 2), ('g', 'f.go', 3))
    p.sample([loc, 'f', 'main'], 40000)
    save('recursion.pb', p.bytes())


def deep():
    """A stack of 100,000 frames, two functions in turn."""
    p = Profile(SPACE)
    p.sample(['even', 'odd'] * 50000, 1)
    save('deep.pb.gz', gzip.compress(p.bytes(), mtime=0))


def labels():
    """String and numeric labels, several values for one key, units."""
    p = Profile(OBJECTS, SPACE)
    p.sample(['f', 'main'], 1, 10, labels=[
        p.label('tenant', 'blue'), p.label('bytes', number=16, unit='bytes')])
    p.sample(['f', 'main'], 2, 200, labels=[
        p.label('tenant', 'blue'), p.label('tenant', 'green'),
        p.label('bytes', number=16), p.label('bytes', number=4096,
                                             unit='bytes')])
    p.sample(['g', 'main'], 3, 3000, labels=[
        p.label('wait', number=-5000, unit='ms'), p.label('tenant', 'red'),
        p.label('', 'no key'), p.label('wait', number=0, unit='ms')])
    # Neither text nor number nor unit: as if it were not there.
    p.sample(['g', 'main'], 4, 40000, labels=[p.label('gone')])
    # Text wins over a number.
    p.sample(['g', 'main'], 5, 500000, labels=[
        p.label('both', 'text', number=9, unit='bytes')])
    save('labels.pb', p.bytes())


def negative():
    """Negative values: the total is of magnitudes, rows keep their sign."""
    p = Profile(OBJECTS, SPACE)
    p.sample(['f', 'main'], -3, -3000)
    p.sample(['g', 'main'], 2, 1000)
    p.sample(['h', 'main'], 1, 2000)
    p.sample(['h', 'g', 'main'], -1, -2000)
    save('negative.pb', p.bytes())


def overflow():
    """Sums that do not fit 64 bits, and sums that no double holds."""
    big = (1 << 63) - 1
    p = Profile(SPACE)
    p.sample(['f', 'main'], big)
    p.sample(['f', 'main'], big)
    p.sample(['g', 'main'], 1 << 62)
    p.sample(['least', 'main'], -(1 << 63))
    save('overflow.pb', p.bytes())
    total = 2 * big + (1 << 62) + (1 << 63)
    right('overflow.pb', 'pprof wraps at 64 bits',
          ('space', 'total', '-', total, total),
          ('space', 'functions', 'f', 2 * big, 2 * big),
          ('space', 'functions', 'least', -(1 << 63), -(1 << 63)),
          ('space', 'functions', 'g', 1 << 62, 1 << 62),
          ('space', 'functions', 'main', 0, 2 * big + (1 << 62) - (1 << 63)))
    p = Profile(SPACE)
    p.sample(['f', 'main'], (1 << 53) + 1)
    p.sample(['g', 'main'], (1 << 60) + 1)
    save('large.pb', p.bytes())
    total = (1 << 53) + (1 << 60) + 2
    right('large.pb', 'pprof prints through a double',
          ('space', 'total', '-', total, total),
          ('space', 'functions', 'g', (1 << 60) + 1, (1 << 60) + 1),
          ('space', 'functions', 'f', (1 << 53) + 1, (1 << 53) + 1),
          ('space', 'functions', 'main', 0, total))


def packed_mixed():
    """Repeated numbers packed, unpacked, both, and empty packed ones."""
    p = Profile(OBJECTS, SPACE)
    f, g, h, m = (p.at(n) for n in ('f', 'g', 'h', 'main'))
    p.add(2, num(1, f) + num(1, m) + num(2, 1) + num(2, 10))
    p.add(2, packed(1, [g]) + num(1, h) + packed(1, [m]) + num(2, 2) +
          packed(2, [200]))
    p.add(2, num(2, 3) + num(1, h) + packed(1, []) + packed(2, []) +
          num(1, m) + packed(2, [3000]))
    p.parts.append(num(13, p.s('a comment')))
    p.parts.append(packed(13, [p.s('another'), p.s('third')]))
    save('packed-mixed.pb', p.bytes())


def odd_varints():
    """Varints longer than they need be, and bits past the 64th."""
    p = Profile(SPACE)
    f = p.at('f')
    long = bytes([0x88, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7e])
    p.parts.append(b'\x92\x80\x00' + varint(5, 4) + b'\x08' + varint(f, 2) +
                   b'\x10' + varint(5))
    p.add(2, num(1, f) + b'\x10' + long)  # 8: the bits above 63 are lost
    save('odd-varints.pb', p.bytes())


def gzip_members():
    """Gzip members one behind the other, cut in the middle of a message."""
    p = Profile(SPACE)
    p.sample(['f', 'main'], 5)
    p.sample(['g', 'main'], 6)
    data = p.bytes()
    cuts = [0, 1, 10, 10, len(data) - 3, len(data)]
    save('gzip-members.pb.gz', b''.join(
        gzip.compress(data[a:b], mtime=0) for a, b in zip(cuts, cuts[1:])))


def gzip_header_fields():
    """A gzip member with name, comment, extra field and header checksum."""
    import struct
    import zlib
    p = Profile(SPACE)
    p.sample(['f', 'main'], 5)
    data = p.bytes()
    head = (b'\x1f\x8b\x08\x1e' + bytes(6) + b'\x04\x00abcd' + b'name\0' +
            b'comment\0')
    head += struct.pack('<H', zlib.crc32(head) & 0xffff)
    flate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = flate.compress(data) + flate.flush()
    save('gzip-header-fields.pb.gz', head + body +
         struct.pack('<II', zlib.crc32(data), len(data)))


def sparse_ids():
    """Ids are any 64-bit numbers but 0."""
    p = Profile(SPACE)
    app = p.mapping('/opt/app', id=(1 << 64) - 1)
    ids = [(1 << 64) - 1, 1 << 63, 1 << 32, 3, 1000000007]
    for id in ids:
        p.function('f%x' % id, id=id)
        p.location('f%x' % id, mapping=app, address=0x400000 + id % 4096,
                   id=id)
    p.sample(ids, 1)
    p.sample(ids[1:], 20)
    p.sample(ids[3:], 300)
    bare = p.location(mapping=app, address=0x400fff, id=(1 << 64) - 2)
    p.sample([bare], 4000)
    save('sparse-ids.pb', p.bytes())


def strings_last():
    """The string table behind everything, between it, and in pieces."""
    p = Profile(OBJECTS, SPACE)
    p.sample(['f', 'main'], 5, 50)
    save('strings-last.pb', p.bytes())
    save('strings-first.pb', p.bytes(0))
    save('strings-middle.pb', p.bytes(len(p.parts) // 2))
    pieces = [blob(6, s) for s in p.strings]
    parts = []
    for index, part in enumerate(p.parts):
        parts += [part] + pieces[index:index + 1]
    save('strings-pieces.pb', b''.join(parts + pieces[len(p.parts):]))


def samples_first():
    """Samples before the locations, those before the functions, reversed."""
    p = Profile(OBJECTS, SPACE)
    p.sample(['f', 'g', 'main'], 5, 50)
    p.sample(['g', 'main'], 6, 600)
    types, rest = p.parts[:2], p.parts[2:]
    p.parts = rest[::-1] + types
    save('samples-first.pb', p.bytes())


def default_type():
    """default_sample_type, and one that names no type: then the last."""
    for name, wanted in (('default-type', 'objects'),
                         ('default-type-unknown', 'nonsense')):
        p = Profile(OBJECTS, SPACE, ('other', 'count'))
        p.put(14, p.s(wanted))
        p.sample(['f', 'main'], 5, 50, 500)
        save(name + '.pb', p.bytes())


def types():
    """Two types of one name: a name means the first."""
    p = Profile(SPACE, OBJECTS, SPACE)
    p.sample(['f', 'main'], 5, 6, 7)
    save('duplicate-types.pb', p.bytes())
    p = Profile(('inuse_objects', 'count'), ('inuse_space', 'bytes'),
                ('cpu', 'nanoseconds'), ('lock', 'microseconds'),
                ('kept', 'kilobytes'), ('widgets', 'widgets'), ('bare', ''))
    p.sample(['f', 'main'], 1, 20, 300, 4000, 50000, 600000, 7000000)
    p.sample(['g', 'main'], 1, 0, 3, 0, 5, 0, 7)
    save('units.pb', p.bytes())


def few():
    """Types and no samples; no period type; nothing but times."""
    p = Profile(SPACE)
    save('no-samples.pb', p.bytes())
    p = Profile(SPACE)
    p.put(9, 1600000000000000000)
    p.put(10, 30 * 10 ** 9)
    p.add(11, p.pair('space', 'bytes'))
    p.put(12, 524288)
    p.sample(['f'], 1)
    save('header.pb', p.bytes())
    p = Profile(SPACE)
    p.add(11, p.pair('space', 'bytes'))
    p.add(11, num(1, p.s('cpu')))  # replaces the first: its unit is gone
    p.put(12, 1)
    p.put(12, 2)
    p.sample(['f'], 1)
    save('period-type-twice.pb', p.bytes())


def zeros():
    """Values of 0 make no row; -5 and 5 of one function neither."""
    p = Profile(OBJECTS, SPACE)
    p.sample(['f', 'main'], 0, 5)
    p.sample(['f', 'main'], 0, -5)
    p.sample(['g', 'main'], 1, 0)
    p.sample(['h', 'f', 'other'], 0, 0)
    save('zeros.pb', p.bytes())


def names():
    """Names that a report must escape or shorten."""
    p = Profile(SPACE)
    deep = 'example.com/a/very/long/import/path/with/many/elements'
    for index, name in enumerate((
            'std::vector<int, std::allocator<int> >::push_back(int const&)',
            'say "hello" & <b>goodbye</b>', 'main.Größe', '日本語.関数',
            'back\\slash\\n', 'spaces   inside', "it's", '{x|y}', '%s%n',
            deep + '.(*Server[go.shape.string,go.shape.*uint8]).Handle.func1.2',
            deep + '/v2.Map[...]', 'f (inline) g', ']]>', '-dash', '[app]',
            '<unknown>')):
        p.sample([name, 'main'], 1000 + index)
    save('names.pb', p.bytes())


def names_not_utf8():
    """Names are bytes: no UTF-8, a NUL, a line feed. No table can say them."""
    p = Profile(SPACE)
    for name in ('f\x01', 'f\x02', 'f\x03', 'f\x04'):
        p.sample([name, 'main'], 1)
    data = p.bytes()
    for old, new in ((b'f\x01', b'f\xff'), (b'f\x02', b'f\x00'),
                     (b'f\x03', b'f\n'), (b'f\x04', b'f\x1b')):
        data = data.replace(old, new)
    save('names-not-utf8.pb', data)


def nameless_functions():
    """Functions without a name, some with start lines: one row, [app]."""
    p = Profile(SPACE)
    app = p.mapping('/opt/app')
    ids = []
    for index in range(3):
        f = p.function('', 'a.c', index * 10)
        p.ids['location'] += 1
        id = p.ids['location']
        p.add(4, num(1, id) + num(2, app) + blob(4, num(1, f) + num(2, 5)))
        ids.append(id)
    bare = p.location(mapping=app, address=0x400001)
    for index, id in enumerate([*ids, bare]):
        p.sample([id, 'main'], 10 ** index)
    p.sample([ids[0], ids[1], 'main'], 50000)
    save('nameless-functions.pb', p.bytes())
    right('nameless-functions.pb',
          'pprof splits nameless functions by their start line',
          ('space', 'total', '-', 51111, 51111),
          ('space', 'functions', '[app]', 51111, 51111),
          ('space', 'functions', 'main', 0, 51111))


def start_lines():
    """Two functions of one file, and of one name in two files."""
    p = Profile(SPACE)
    p.mapping('/opt/app')
    for name, file, start in (('f', 'a.go', 10), ('g', 'a.go', 20),
                              ('main', 'b.go', 5), ('f', 'b.go', 30)):
        p.function(name, file, start)
    for line in ((1, 11), (2, 21), (3, 6), (4, 31)):
        id = p.next('location', None)
        p.add(4, num(1, id) + num(2, 1) + num(3, 0x400000 + id) +
              blob(4, num(1, line[0]) + num(2, line[1])))
    p.sample([1, 2, 3], 10)
    p.sample([2, 3], 200)
    p.sample([4, 3], 3000)
    save('start-lines.pb', p.bytes())
    right('start-lines.pb', 'by file, pprof splits files by start line',
          ('space', 'total', '-', 3210, 3210),
          ('space', 'functions', 'f', 3010, 3010),
          ('space', 'functions', 'g', 200, 210),
          ('space', 'functions', 'main', 0, 3210),
          ('space', 'files', 'b.go', 3000, 3210),
          ('space', 'files', 'a.go', 210, 210))


def merge_units():
    """Two profiles to merge: the second counts in kilobytes."""
    p = Profile(OBJECTS, ('space', 'bytes'))
    p.sample(['f', 'main'], 1, 512)
    save('merge-units-a.pb', p.bytes())
    p = Profile(OBJECTS, ('space', 'kilobytes'))
    p.sample(['f', 'main'], 2, 4)
    p.sample(['g', 'main'], 8, 0)
    save('merge-units-b.pb', p.bytes())
    right('merge-units', 'of both files merged; pprof loses the 8 objects of '
          'g',
          ('objects', 'total', '-', 11, 11),
          ('objects', 'functions', 'g', 8, 8),
          ('objects', 'functions', 'f', 3, 3),
          ('objects', 'functions', 'main', 0, 11),
          ('space', 'total', '-', 4608, 4608),
          ('space', 'functions', 'f', 4608, 4608),
          ('space', 'functions', 'main', 0, 4608))


def merge_columns():
    """Two profiles whose stacks differ by the column of an inlined line."""
    for name, column, value in (('a', 3, 5), ('b', 7, 70)):
        p = Profile(SPACE)
        p.mapping('/opt/app')
        id = p.location(('in', 'a.c', 10, column), ('out', 'a.c', 20, 1),
                        mapping=1, address=0x400100)
        p.sample([id], value)
        save('merge-columns-%s.pb' % name, p.bytes())
    right('merge-columns', 'of both files merged, with columns; pprof prints '
          'a.c:10:3 75',
          ('space', 'total', '-', 75, 75),
          ('space', 'lines', 'in a.c:10:7', 70, 70),
          ('space', 'lines', 'in a.c:10:3', 5, 5),
          ('space', 'lines', 'out a.c:20:1', 0, 75))


def text(name, *lines, end='\n'):
    save(name, ''.join(line + end for line in lines).encode())


def texts():
    """Legacy text heap profiles: what scales how, and what they may hold."""
    maps = ['MAPPED_LIBRARIES:',
            '00400000-00500000 r-xp 00000000 08:01 123 /opt/app',
            '00500000-00600000 rw-p 00000000 08:01 123 /opt/app',
            '00700000-00800000 r-xp 00000000 08:01 124 /usr/lib/libx.so']
    body = ['     2:  2048 [  4: 8192] @ 0x401000 0x402000',
            '     0:     0 [  3:  300] @ 0x401800 0x402000',
            '     1: 600000 [  1: 600000] @ 0x701000 0x402000',
            '     5:   500 [  5:  500] @ 0x901000']
    head = 'heap profile:      8: 602548 [    13: 608992] @ '
    for name, kind in (('heap', 'heap/1048576'), ('heap-v2', 'heap_v2/524288'),
                       ('heapz-v2', 'heapz_v2/524288'),
                       ('heapprofile', 'heapprofile'),
                       ('heap-rate-1', 'heap_v2/1'),
                       ('heap-no-rate', 'heap'),
                       ('growthz', 'growthz'),
                       ('fragmentationz', 'fragmentationz')):
        text('text-%s.txt' % name, head + kind, *body, *maps)
    text('text-two-types.txt',
         'heap profile:      8: 602548 [     8: 602548] @ heap/1048576',
         *body[2:], *maps)
    text('text-crlf.txt', head + 'heap/1048576', '', '# a comment', *body,
         '', *maps, end='\r\n')
    text('text-no-maps.txt', head + 'heap/1048576', *body)
    text('text-negative.txt', head + 'heap/2',
         '-1: -100 [ 2: 200] @ 0x401000', '3: 300 [ 4: 400] @ 0x402000')
    text('text-leading-words.txt', 'and now: ' + head + 'heap/2', *body)
    text('text-maps-variants.txt', head + 'heap/2', *body,
         '--- Memory map: ---', 'dir=/opt/bin',
         '  00400000-00500000: $dir/app', '  00700000-00800000: /lib/x.so')
    text('text-no-rows.txt', 'heap profile: 0: 0 [0: 0] @ heap/1048576')
    # pprof ends a number at its first capital digit: 0x40100F is 0x40100.
    text('text-uppercase-hex.txt', head + 'heap/2',
         '1: 100 [ 1: 100] @ 0x40100F 0x4020AB', *maps)
    rows = []
    for kind in ('alloc', 'inuse'):
        rows += [('%s_objects' % kind, 'total', '-', 1, 1),
                 ('%s_objects' % kind, 'functions', '[app]', 1, 1),
                 ('%s_objects' % kind, 'addresses', '000000000040100e [app]',
                  1, 1),
                 ('%s_objects' % kind, 'addresses', '00000000004020aa [app]',
                  0, 1),
                 ('%s_space' % kind, 'total', '-', 100, 100),
                 ('%s_space' % kind, 'functions', '[app]', 100, 100),
                 ('%s_space' % kind, 'addresses', '000000000040100e [app]',
                  100, 100),
                 ('%s_space' % kind, 'addresses', '00000000004020aa [app]',
                  0, 100)]
    right('text-uppercase-hex.txt', 'pprof ends an address at its first '
          'capital digit', *rows)
    # pprof fails at a line of 64 KiB: bufio.Scanner: token too long.
    deep = ' '.join('0x%x' % (0x401000 + i % 7) for i in range(8000))
    data = (head + 'heap/2\n1: 100 [ 1: 100] @ ' + deep + '\n').encode()
    save('text-long-line.txt.gz', gzip.compress(data, mtime=0))
    right('text-long-line.txt.gz', 'pprof fails at a line of 64 KiB',
          *[(t, g, n, v, v) for t, v in (
              ('alloc_objects', 1), ('alloc_space', 100),
              ('inuse_objects', 1), ('inuse_space', 100))
            for g, n in (('total', '-'), ('functions', '<unknown>'))])
    with open(os.path.join(OUT, 'text-heap.txt'), 'rb') as plain:
        save('text-gzip.txt.gz', gzip.compress(plain.read(), mtime=0))


def texts_of_other_kinds():
    """Legacy texts that hold no heap."""
    text('text-goroutine.txt', 'goroutine profile: total 5',
         '3 @ 0x401001 0x402001', '#\t0x401000\tmain.wait+0x10\tmain.go:3', '',
         '2 @ 0x403001')
    text('text-threadcreate.txt', 'threadcreate profile: total 4',
         '4 @ 0x0 0x0 0x0', '#\t0x0', '')
    text('text-threadz.txt', '--- threadz 1 ---', '', 'taken by hand',
         '--- Thread 7f794ab90940 (name: main/14748) stack: ---',
         '  PC: 0x00401f1c: helper(arg *)', '      0x00401f1c: helper(arg *)',
         '      0x0040be31: main', '      0x7f794a32bf7d: __libc_start_main',
         '--- Thread 7f794964e700 (name: a/b/14751) stack: ---',
         '  PC: 0x00401f1c: helper(arg *)', '      0x0040be31: main', '',
         '--- Thread 7f794964e701 (name: thread2/14752) stack: ---',
         '  PC: 0x00401f1c: helper(arg *)',
         '      [same as previous thread]',
         '--- Thread 7f794964e702 (name: thread3/14753) stack: ---',
         '--- Thread 7f794964e703 (name: thread4/14754) stack: ---',
         '      0x0040be31 0x0040c000',
         '---- no stack trace for 3 threads', 'MAPPED_LIBRARIES:',
         '00400000-00fcb000 r-xp 00000000 08:01 7 /opt/app',
         '7f794a300000-7f794a400000 r-xp 00000000 08:01 8 /lib/libc.so.6')
    text('text-threads.txt',
         '--- Thread 1 (name: main/1) stack: ---', '0x00401f1c 0x0040be31',
         '--- Memory map: ---', '  00400000-00fcb000: /opt/app')
    text('text-contention.txt', '--- contention:', 'cycles/second=1000000000',
         'sampling period=1', '100 2 @ 0x401001 0x402001', '7 1 @ 0x402001')
    text('text-mutex.txt', '--- mutex:', 'cycles/second=2000000000',
         'sampling period=5', '100 2 @ 0x401001 0x402001')


if __name__ == '__main__':
    for made in list(globals().values()):
        if (callable(made) and getattr(made, '__module__', '') == '__main__'
                and made not in (save, right, text)):
            made()
