#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py - profiles that break one rule each, or look as if they did.

    make.py OUTDIR

Writes the files and EXPECT.tsv, whose column pprof says what the real
`go tool pprof -raw` thought of each.  A verdict that differs from pprof's is
ours on purpose, and must be marked here with differ=True.
"""
import gzip
import os
import struct
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from wire import (BYTES, FIXED32, FIXED64, Profile, blob, key, num,  # noqa
                  packed, varint)

OUT = sys.argv[1] if len(sys.argv) > 1 else '.'
ROWS = []
CONTROLS = []  # good profiles: bad ones without their fault
BIG = 1000  # a string index, or an id, that nothing has
ELEVEN = b'\x81' * 10 + b'\x01'


def base():
    """One type, functions f and main, a location and a sample of each."""
    p = Profile(('space', 'bytes'))
    p.mapping('/opt/app')
    p.sample(['f', 'main'], 5)
    return p


BASE = base().bytes()
# How many records of each kind BASE has: what comes behind it has that index.
COUNT = {'sample_type': 1, 'sample': 1, 'mapping': 1, 'location': 2,
         'function': 2, 'string_table': len(base().strings)}
NUMBER = {'sample_type': 1, 'sample': 2, 'mapping': 3, 'location': 4,
          'function': 5, 'string_table': 6, 'drop_frames': 7,
          'keep_frames': 8, 'time_nanos': 9, 'duration_nanos': 10,
          'period_type': 11, 'period': 12, 'comment': 13,
          'default_sample_type': 14, 'doc_url': 15}
VALUE_TYPE = {'type': 1, 'unit': 2}
FIELDS = {
    'sample_type': VALUE_TYPE,
    'period_type': VALUE_TYPE,
    'sample': {'location_id': 1, 'value': 2, 'label': 3},
    'mapping': {'id': 1, 'memory_start': 2, 'memory_limit': 3,
                'file_offset': 4, 'filename': 5, 'build_id': 6,
                'has_functions': 7, 'has_filenames': 8,
                'has_line_numbers': 9, 'has_inline_frames': 10},
    'location': {'id': 1, 'mapping_id': 2, 'address': 3, 'line': 4,
                 'is_folded': 5},
    'function': {'id': 1, 'name': 2, 'system_name': 3, 'filename': 4,
                 'start_line': 5},
    'label': {'key': 1, 'str': 2, 'num': 3, 'num_unit': 4},
    'line': {'function_id': 1, 'line': 2, 'column': 3},
}


def case(name, verdict, data, span, path, reason, differ=False):
    if '.' not in name:
        name += '.pb'
    name = name.replace('_', '-')
    with open(os.path.join(OUT, name), 'wb') as out:
        out.write(data)
    start, end = span or ('-', '-')
    ROWS.append([name, verdict, '', start, end, path or '-', reason, differ])


def accept(name, data, reason, path='-', **more):
    case(name, 'accept', data, None, path, reason, **more)


def behind(name, verdict, bad, path, reason, **more):
    """BASE, and then the bytes BAD."""
    span = (len(BASE), len(BASE) + len(bad)) if verdict == 'refuse' else None
    case(name, verdict, BASE + bad, span, path, reason, **more)


def indexed(kind):
    return '%s[%d]' % (kind, COUNT[kind]) if kind in COUNT else kind


# What makes a record valid that is otherwise empty.
TAIL = {'sample': packed(2, [1]), 'mapping': num(1, 2), 'location': num(1, 3),
        'function': num(1, 3), 'line': num(1, 1)}


def record(kinds, bad, before, after):
    """A record, say ['sample', 'label'], with BAD in it; and where BAD is."""
    body, at = before + bad + after, len(before)
    for depth in range(len(kinds) - 1, -1, -1):
        number = (FIELDS[kinds[depth - 1]] if depth else NUMBER)[kinds[depth]]
        head = key(number, BYTES) + varint(len(body))
        body, at = head + body, at + len(head)
        if depth:
            body += TAIL.get(kinds[depth - 1], b'')
    return body, at


def inside(name, verdict, kinds, bad, path, reason, before=None, after=b'',
           control=True, **more):
    """BASE, and a record with the bytes BAD in it.

    Without BAD it would be a good one, unless CONTROL is false.
    """
    if before is None:
        before = TAIL.get(kinds[-1], b'')
    body, at = record(kinds, bad, before, after)
    at += len(BASE)
    if verdict == 'refuse' and control:
        CONTROLS.append((name, BASE + record(kinds, b'', before, after)[0]))
    span = (at, at + len(bad)) if verdict == 'refuse' else None
    full = '.'.join([indexed(kinds[0]), *(k + '[0]' for k in kinds[1:])])
    case(name, verdict, BASE + body, span, full + ('.' + path if path else ''),
         reason, **more)


def only_type(name, bad, path, reason):
    """BASE, with the bytes BAD alone in its sample type."""
    p = base()
    del p.parts[0]
    CONTROLS.append((name, blob(1, b'') + p.bytes()))
    case(name, 'refuse', blob(1, bad) + p.bytes(), (2, 2 + len(bad)),
         'sample_type[0].' + path, reason)


def varints():
    behind('varint-11-bytes', 'refuse', b'\x60' + ELEVEN, 'period',
           'a varint of 11 bytes')
    behind('varint-11-bytes-key', 'refuse', ELEVEN + b'\x01', '',
           'a field key of 11 bytes')
    behind('varint-11-bytes-length', 'refuse', b'\x12' + ELEVEN, 'sample[1]',
           'a length of 11 bytes')
    behind('varint-11-bytes-unknown-field', 'refuse', key(99, 0) + ELEVEN, '',
           'a varint of 11 bytes in a field without meaning')
    inside('varint-11-bytes-packed', 'refuse', ['sample'],
           blob(2, b'\x01' + ELEVEN), 'value', 'a packed varint of 11 bytes')
    inside('varint-cut-packed', 'refuse', ['sample'], blob(2, b'\x01\x80'),
           'value', 'the last packed varint has no end')
    inside('varint-cut-in-record', 'refuse', ['sample'], b'\x10\x80', 'value',
           'the varint does not end inside its record')
    behind('varint-cut', 'refuse', b'\x60\x80', 'period',
           'the file ends in a varint')
    behind('varint-cut-key', 'refuse', b'\x80', '',
           'the file ends in a field key')
    behind('varint-missing', 'refuse', b'\x60', 'period',
           'the file ends before the value')
    behind('varint-10-bytes-overflow', 'accept',
           b'\x60' + b'\xff' * 9 + b'\x7f', 'period',
           'the bits above the 64th are dropped')
    behind('varint-not-shortest', 'accept',
           b'\xe0\x80\x80\x00' + varint(7, 9), 'period',
           'key and value longer than they need be')


def unknown_fields():
    behind('field-number-zero', 'accept', b'\x00\x05\x02\x01x', '',
           'field 0, skipped with a warning')
    behind('trailing-nul-even', 'accept', b'\x00' * 8, '',
           'NULs behind the end: fields of number 0, warn')
    behind('trailing-nul-odd', 'refuse', b'\x00' * 7, '',
           'the last NUL is a key without a value')
    for wire, name, body in ((0, 'varint', b'\x07'), (FIXED64, 'fixed64',
                             bytes(8)), (BYTES, 'bytes', b'\x02hi'),
                             (FIXED32, 'fixed32', bytes(4))):
        behind('unknown-' + name, 'accept', key(99, wire) + body, '',
               'a field without meaning is skipped')
        inside('unknown-%s-in-record' % name, 'accept', ['mapping'],
               key(99, wire) + body, '', 'a field without meaning is skipped')
    behind('unknown-number-2-40', 'accept', key(1 << 40, 0) + b'\x01', '',
           'a field number above 2^29 is skipped')
    behind('unknown-fixed64-cut', 'refuse', key(99, FIXED64) + bytes(7), '',
           '8 bytes wanted, 7 left')
    behind('unknown-fixed32-cut', 'refuse', key(99, FIXED32) + bytes(3), '',
           '4 bytes wanted, 3 left')
    behind('unknown-bytes-past-end', 'refuse', key(99, BYTES) + b'\x03hi', '',
           '3 bytes wanted, 2 left')
    for wire, name in ((3, 'group-start'), (4, 'group-end'),
                       (6, 'wire-type-6'), (7, 'wire-type-7')):
        behind(name, 'refuse', key(99, wire), '',
               'wire type %d does not exist in profiles' % wire)
        inside(name + '-in-record', 'refuse', ['function'], key(99, wire), '',
               'wire type %d does not exist in profiles' % wire)


def lengths():
    behind('length-past-end', 'refuse', b'\x12\x05\x10\x01', 'sample[1]',
           '5 bytes wanted, 2 left')
    behind('length-2-64', 'refuse', b'\x12' + varint(-1) + b'\x10\x01',
           'sample[1]', 'a length of 2^64 - 1')
    behind('length-2-63', 'refuse', b'\x12' + varint(1 << 63) + b'\x10\x01',
           'sample[1]', 'a length of 2^63')
    behind('length-past-end-string', 'refuse', b'\x32\x7fabc',
           'string_table[%d]' % COUNT['string_table'],
           '127 bytes wanted, 3 left')
    data = BASE + b'\x12\x04\x1a\x05\x08\x01' + blob(6, 'more text')
    case('length-past-record', 'refuse', data,
         (len(BASE) + 2, len(BASE) + 6), 'sample[1].label[0]',
         '5 bytes wanted, 2 left in the record, more in the file')
    accept('length-zero-record', BASE + blob(11, b''),
           'an empty record', 'period_type')


def wrong_wire_types():
    """Every known field, in a wire type that is not its own."""
    lengthy = ('sample_type', 'sample', 'mapping', 'location', 'function',
               'string_table', 'period_type')
    for kind, number in NUMBER.items():
        wrong = (key(number, 0) + b'\x00' if kind in lengthy
                 else key(number, FIXED64) + bytes(8))
        behind('wire-type-' + kind, 'refuse', wrong, indexed(kind)
               if kind != 'comment' else 'comment[0]',
               'not the wire type of this field')
    for kind, fields in FIELDS.items():
        outer = {'label': ['sample', 'label'],
                 'line': ['location', 'line']}.get(kind, [kind])
        for field, number in fields.items():
            wrong = (key(number, 0) + b'\x00' if (kind, field) in (
                ('sample', 'label'), ('location', 'line'))
                else key(number, FIXED64) + bytes(8))
            name = 'wire-type-%s-%s' % (kind, field)
            if kind == 'sample_type':
                only_type(name, wrong, field, 'not the wire type of this field')
                continue
            inside(name, 'refuse', outer, wrong, field,
                   'not the wire type of this field')
    behind('wire-type-fixed32', 'refuse', key(12, FIXED32) + bytes(4),
           'period', 'fixed 32 bits are no integer here')
    behind('wire-type-bytes', 'refuse', blob(12, b'\x01'), 'period',
           'only repeated numbers may be packed')
    inside('wire-type-value-fixed32', 'refuse', ['sample'],
           key(2, FIXED32) + bytes(4), 'value',
           'fixed 32 bits are no integer here')
    inside('wire-type-bool-bytes', 'refuse', ['mapping'], blob(7, b'\x01'),
           'has_functions', 'only repeated numbers may be packed')
    inside('bool-two', 'accept', ['mapping'], num(1, 2) + num(7, 2), '',
           'any number but 0 is true')
    behind('scalar-twice', 'accept', num(12, 7) + num(12, 8), 'period',
           'the last one counts')


def times():
    first = num(9, 5)
    at = len(BASE) + len(first)
    case('time-nanos-twice', 'refuse', BASE + first + num(9, 6),
         (at, at + 2), 'time_nanos', 'a second time: concatenated profiles')
    case('time-nanos-then-zero', 'refuse', BASE + first + num(9, 0),
         (at, at + 2), 'time_nanos', 'a second time: concatenated profiles')
    behind('time-nanos-after-zero', 'accept', num(9, 0) + num(9, 6),
           'time_nanos', 'the first time is 0, which says nothing')
    behind('time-nanos-negative', 'accept', num(9, -5), 'time_nanos',
           'a time before 1970')
    timed = first + BASE
    case('concatenated', 'refuse', timed + timed, (len(timed),
         len(timed) + 2), 'time_nanos', 'two whole profiles, with times')
    # 2 types then, and samples of 1 value.
    case('concatenated-without-time', 'refuse', BASE + BASE, None,
         'sample[0].value', 'two whole profiles: 1 value for 2 types')


def strings():
    empty = Profile()
    case('strings-none', 'refuse', num(12, 1), None, 'string_table',
         'no string table')
    p = Profile(('space', 'bytes'))
    table = p.table()
    head = b''.join(p.parts)
    case('strings-first-not-empty', 'refuse', head + blob(6, 'x') + table,
         (len(head), len(head) + 3), 'string_table[0]',
         'the first string is not empty')
    accept('strings-alone', head + table, 'nothing but types')
    for kind in ('drop_frames', 'keep_frames', 'comment',
                 'default_sample_type', 'doc_url'):
        behind('string-index-' + kind.replace('_', '-'), 'refuse',
               num(NUMBER[kind], BIG),
               kind + ('[0]' if kind == 'comment' else ''), 'no such string')
    behind('string-index-just-past', 'refuse',
           num(14, COUNT['string_table']), 'default_sample_type',
           'one past the last string')
    behind('string-index-last', 'accept',
           num(14, COUNT['string_table'] - 1), 'default_sample_type',
           'the last string')
    behind('string-index-negative', 'refuse', num(14, -1),
           'default_sample_type', 'a negative string index')
    behind('string-index-2-32', 'refuse', num(14, 1 << 32),
           'default_sample_type', '0 if it were cut to 32 bits')
    for kind, fields in (('sample_type', 'type unit'),
                         ('period_type', 'type unit'),
                         ('mapping', 'filename build_id'),
                         ('function', 'name system_name filename')):
        for field in fields.split():
            name = 'string-index-%s-%s' % (kind, field)
            if kind == 'sample_type':
                only_type(name, num(FIELDS[kind][field], BIG), field,
                          'no such string')
                continue
            inside(name, 'refuse', [kind],
                   num(FIELDS[kind][field], BIG), field, 'no such string')
    label = ['sample', 'label']
    for name, before, bad, field in (
            ('key', num(3, 1), num(1, BIG), 'key'),
            ('str', num(1, 1), num(2, BIG), 'str'),
            ('num-unit', num(1, 1) + num(3, 1), num(4, BIG), 'num_unit'),
            ('num-unit-of-0', num(1, 1), num(4, BIG), 'num_unit')):
        inside('string-index-label-%s' % name, 'refuse', label, bad, field,
               'no such string', before)
    inside('string-index-label-num-unit-unused', 'accept', label, num(4, BIG),
           'num_unit', 'a label with text does not look at its unit',
           num(1, 1) + num(2, 1))
    inside('string-index-label-num', 'accept', label, num(3, -1), 'num',
           'a number, and no index', num(1, 1))


def references():
    for name, id, reason in (
            ('dangling-location', BIG, 'no such location'),
            ('dangling-location-2-64', -1, 'no such location'),
            ('dangling-location-2-32', (1 << 32) + 1,
             'location 1 if it were cut to 32 bits'),
            ('location-zero', 0, 'location 0 does not exist')):
        inside(name, 'refuse', ['sample'], packed(1, [id]), 'location_id',
               reason)
    line = ['location', 'line']
    for name, bad, path, reason in (
            ('dangling-function', num(1, BIG), 'function_id',
             'no such function; the location is not even used'),
            ('function-zero', num(1, 0), 'function_id',
             'function 0 does not exist'),
            ('line-without-function', num(2, 10), '', 'a line of no function'),
            ):
        inside(name, 'refuse', line, bad, path, reason, b'', control=False)
    inside('line-empty', 'refuse', line, b'', '', 'a line of no function', b'',
           control=False)
    for name, kind, bad, path, reason in (
            ('dangling-mapping', 'location', num(2, BIG), 'mapping_id',
             'as if it had no mapping'),
            ('mapping-zero', 'location', num(2, 0), 'mapping_id',
             'no mapping'),
            ('location-unused', 'location', b'', '', 'nobody needs it'),
            ('address-outside-mapping', 'location', num(2, 1) + num(3, 5),
             'address', 'not checked'),
            ('mapping-backwards', 'mapping', num(2, 9) + num(3, 3), '',
             'it ends before it starts')):
        inside(name, 'accept', [kind], bad, path, reason)


def validity():
    p = base()
    del p.parts[0]
    case('sample-type-missing', 'refuse', p.bytes(), None, 'sample_type',
         'samples, but no sample type')
    case('nothing', 'refuse', Profile().bytes(), None, 'sample_type',
         'neither types nor samples')
    for name, body, reason in (
            ('values-none', packed(1, [1]), '0 values for 1 type'),
            ('values-many', packed(1, [1]) + packed(2, [1, 2]),
             '2 values for 1 type'),
            ('sample-empty', b'', '0 values for 1 type')):
        behind(name, 'refuse', blob(2, body), 'sample[1].value', reason)
    for kind in ('mapping', 'location', 'function'):
        number = NUMBER[kind]
        behind(kind + '-id-zero', 'refuse', blob(number, num(1, 0)),
               indexed(kind) + '.id', 'the id is 0')
        behind(kind + '-id-missing', 'refuse', blob(number, b''),
               indexed(kind) + '.id', 'no id')
        behind(kind + '-id-twice', 'refuse', blob(number, num(1, 1)),
               indexed(kind) + '.id', 'the id is taken')
        big = blob(number, num(1, -1))
        case(kind + '-id-twice-2-64.pb', 'refuse', BASE + big + big,
             (len(BASE) + len(big), len(BASE) + 2 * len(big)),
             '%s[%d].id' % (kind, COUNT[kind] + 1), 'the id is taken')


def gzips():
    whole = gzip.compress(BASE, mtime=0)
    size = len(whole)
    crc, length = size - 8, size - 4

    def flip(at, bits=1):
        bad = bytearray(whole)
        bad[at] ^= bits
        return bytes(bad)

    def gz(name, data, span, reason, verdict='refuse', **more):
        case(name + '.pb.gz', verdict, data, span, '-', reason, **more)

    gz('gzip-bad-crc', flip(crc), (crc, size), 'the checksum is wrong')
    gz('gzip-bad-length', flip(length), (crc, size), 'the length is wrong')
    gz('gzip-bad-block', whole[:10] + b'\x07' + whole[11:], (10, size),
       'a block type that does not exist')
    gz('gzip-bad-method', flip(2), (0, 10), 'not deflate')
    gz('gzip-bad-header-crc', flip(3, 2)[:10] + b'\0\0' + whole[10:],
       (0, 12), 'the checksum of the header is wrong')
    gz('gzip-truncated', whole[:-20], (size - 20, size - 20),
       'the file ends inside the data')
    gz('gzip-truncated-trailer', whole[:-3], (crc, size - 3),
       'the file ends inside the checksum')
    gz('gzip-truncated-header', whole[:6], (0, 6),
       'the file ends inside the header')
    gz('gzip-magic-only', whole[:2], (0, 2), 'the file ends inside the header')
    gz('gzip-magic-half', whole[:1], (0, 1), 'one byte, no magic')
    gz('gzip-trailing-junk', whole + b'junk', (size, size + 4),
       'bytes behind the last member')
    gz('gzip-trailing-zeros', whole + bytes(512), (size, size + 512),
       'zeros behind the last member')
    gz('gzip-twice', gzip.compress(whole, mtime=0), None,
       'gzip inside gzip')
    gz('gzip-empty', gzip.compress(b'', mtime=0), None, 'an empty profile')
    gz('gzip-second-member-bad', whole + flip(crc), (size + crc, 2 * size),
       'the checksum of the second member is wrong')
    gz('gzip-second-member-cut', whole + whole[:20], (size + 10, size + 20),
       'the file ends inside the second member')
    gz('gzip-empty-members', gzip.compress(b'', mtime=0) + whole +
       gzip.compress(b'', mtime=0), None, 'members may be empty', 'accept')
    case('gzip-bad-inside.pb.gz', 'refuse', gzip.compress(
        BASE + b'\x60', mtime=0), (len(BASE), len(BASE) + 1), 'period',
        'the data ends before the value; the offset counts its bytes')


def not_profiles():
    case('empty', 'refuse', b'', None, '-', 'an empty file')
    for name, data, reason in (
            ('other-html.txt', b'<!DOCTYPE html>\n<html>404</html>\n', 'HTML'),
            ('other-text.txt', b'404 page not found\n', 'an error message'),
            ('other-json.txt', b'{"error": "no profile"}\n', 'JSON'),
            ('other-blank.txt', b'\n\n\n', 'blank lines'),
            ('other-heap-dump.bin', b'go1.7 heap dump\n', 'a Go heap dump'),
            ('other-trace.bin', b'go 1.22 trace\0\0\0', 'an execution trace'),
            ('other-elf.bin', b'\x7fELF\x02\x01\x01' + bytes(57), 'ELF')):
        case(name, 'refuse', data, None, '-', reason)


HEAD = 'heap profile: 1: 100 [2: 200] @ heap/2\n'
GOOD = '1: 100 [2: 200] @ 0x401000 0x402000\n'


def text(name, verdict, before, bad, reason, after='', **more):
    """The span of the fault is the line BAD, without its line feed."""
    at = len(before)
    case('text-%s.txt' % name, verdict, (before + bad + after).encode(),
         (at, at + len(bad.rstrip('\n'))) if verdict == 'refuse' else None,
         '-', reason, **more)


def row(name, verdict, bad, reason, **more):
    text('row-' + name, verdict, HEAD + GOOD, bad + '\n', reason, **more)


def text_heaps():
    text('blank-first', 'refuse', '', '\n', 'the header is not line 1',
         HEAD + GOOD)
    text('no-header', 'refuse', '', GOOD, 'no header')
    text('unknown-kind', 'refuse', '',
         'heap profile: 1: 100 [2: 200] @ heapish/2\n',
         'no such kind of heap profile', GOOD)
    text('rate-too-big', 'refuse', '', HEAD.strip() + '0' * 20 + '\n',
         'a rate of more than 63 bits', GOOD)
    text('header-cut', 'refuse', '', 'heap profile: 1: 100 [2\n',
         'half a header', GOOD)
    text('header-only', 'accept', '', HEAD, 'no rows')
    text('header-numbers-wrong', 'accept', '',
         'heap profile: 9: 9 [8: 8] @ heap/2\n',
         'the sums of the header are not checked', GOOD)
    text('no-line-feed', 'accept', HEAD, GOOD.strip(),
         'the last line has no line feed')
    row('words', 'refuse', 'what is this', 'not a row')
    row('no-at', 'refuse', '1: 100 [2: 200] 0x401000', 'no @')
    row('no-alloc', 'refuse', '1: 100 @ 0x401000', 'no numbers in brackets')
    row('alloc-negative', 'refuse', '1: 100 [-2: 200] @ 0x401000',
        'a negative number of allocations')
    row('inuse-negative', 'accept', '-1: -100 [2: 200] @ 0x401000',
        'objects in use may be negative')
    row('zero-count', 'refuse', '0: 100 [2: 200] @ 0x401000',
        '100 bytes in 0 objects')
    row('zero-count-alloc', 'refuse', '0: 0 [0: 200] @ 0x401000',
        '200 bytes in 0 objects')
    row('zero-size', 'accept', '1: 0 [2: 0] @ 0x401000',
        'objects of no bytes; both scale to 0')
    row('count-too-big', 'refuse',
        '9223372036854775808: 100 [2: 200] @ 0x401000',
        'a count of more than 63 bits')
    row('size-too-big', 'refuse',
        '1: 100 [2: 9223372036854775808] @ 0x401000',
        'a size of more than 63 bits')
    row('address-too-big', 'refuse',
        '1: 100 [2: 200] @ 0x10000000000000000',
        'an address of more than 64 bits')
    row('address-largest', 'accept',
        '1: 100 [2: 200] @ 0xffffffffffffffff', 'an address of 64 bits')
    row('address-zero', 'accept', '1: 100 [2: 200] @ 0x0',
        'the address before 0 is 2^64 - 1')
    row('address-without-0x', 'accept', '1: 100 [2: 200] @ 401000',
        'no address, so an empty stack')
    row('no-addresses', 'accept', '1: 100 [2: 200] @', 'an empty stack')
    row('words-behind', 'accept', '1: 100 [2: 200] @ 0x401000 ; hello',
        'what follows the addresses is ignored')
    row('words-before', 'accept', 'I 1: 100 [2: 200] @ 0x401000',
        'what precedes the row is ignored')
    row('spaces', 'accept', '\t 1:100[2:200] @0x401000  ',
        'blanks matter only before the @')
    row('blanks-and-comments', 'accept', '\n  \n# comment\n\t# comment',
        'skipped')
    text('maps-garbage', 'accept', HEAD + GOOD,
         'MAPPED_LIBRARIES:\nwhat is this\n00400000-00500000 r-xp '
         '00000000 08:01 1 /opt/app\n', 'lines that are no mapping are skipped')
    text('maps-too-big', 'accept', HEAD + GOOD, 'MAPPED_LIBRARIES:\n'
         '10000000000000000-20000000000000000 r-xp 0 08:01 1 /opt/app\n',
         'an address of more than 64 bits: no mapping')
    case('text-nul.txt', 'refuse', (HEAD + GOOD).encode() + b'\x00\n',
         (len(HEAD + GOOD), len(HEAD + GOOD) + 1), '-', 'a NUL is no row')


def text_others():
    count = 'goroutine profile: total 3\n'
    text('count-words', 'refuse', count, 'what is this\n', 'not a row')
    text('count-no-address', 'accept', count, '3 @\n',
         'an empty stack, of Go up to 1.21')
    text('count-no-0x', 'refuse', count, '3 @ 401000\n',
         'an address without 0x')
    text('count-behind', 'refuse', count, '3 @ 0x401000 x\n',
         'words behind the addresses')
    text('count-negative', 'refuse', count, '-3 @ 0x401000\n',
         'a negative count')
    text('count-too-big', 'refuse', count,
         '9223372036854775808 @ 0x401000\n', 'a count of more than 63 bits')
    text('count-address-too-big', 'refuse', count,
         '3 @ 0x10000000000000000\n', 'an address of more than 64 bits')
    text('count-uppercase', 'accept', count, '3 @ 0x40100F\n',
         'capital digits are digits', differ=True)
    text('count-header-behind', 'refuse', '', 'goroutine profile: total 3 x\n',
         'words behind the header', '3 @ 0x401000\n')
    text('count-blank-first', 'accept', '\n# comment\n' + count,
         '3 @ 0x401000\n', 'blanks and comments may precede the header')
    text('count-total-wrong', 'accept', 'goroutine profile: total 9\n',
         '3 @ 0x401000\n', 'the total is not checked')
    wait = '--- mutex:\n'
    text('contention-words', 'refuse', wait + 'cycles/second=1000\n',
         'what is this\n', 'not a row')
    text('contention-unknown-key', 'refuse', wait, 'colour=blue\n',
         'no such attribute', '100 2 @ 0x401000\n')
    text('contention-bad-number', 'refuse', wait, 'cycles/second=fast\n',
         'not a number', '100 2 @ 0x401000\n')
    text('contention-blank-first', 'refuse', '', '\n',
         'the header is not line 1', wait + '100 2 @ 0x401000\n')
    text('contention-no-cycles', 'accept', wait, '100 2 @ 0x401000\n',
         'no scaling')
    text('contention-zero-cycles', 'accept', wait + 'cycles/second=0\n'
         'sampling period=3\n', '100 2 @ 0x401000\n',
         'delays stay, contentions are times 3')
    text('contention-address-too-big', 'refuse', wait,
         '100 2 @ 0x10000000000000000\n', 'an address of more than 64 bits')


def pprof_says(path):
    with tempfile.TemporaryDirectory() as tmp:
        run = subprocess.run(
            [TOOL, '-symbolize=none', '-raw', os.path.abspath(path)],
            cwd=tmp, capture_output=True)
    if run.returncode and os.environ.get('SAY'):
        print(path, run.stderr.decode().splitlines()[0][-150:])
    return 'refuse' if run.returncode else 'accept'


def main():
    surprises = []
    with open(os.path.join(OUT, 'EXPECT.tsv'), 'w') as out:
        out.write('file\tverdict\tpprof\tfrom\tto\tpath\treason\n')
        for row in ROWS:
            row[2] = pprof_says(os.path.join(OUT, row[0]))
            if (row[2] != row[1]) != row[7]:
                surprises.append(row)
            out.write('\t'.join(map(str, row[:7])) + '\n')
    for name, data in CONTROLS:
        with tempfile.NamedTemporaryFile() as copy:
            copy.write(data)
            copy.flush()
            if pprof_says(copy.name) != 'accept':
                surprises.append((name, 'is bad without its fault too'))
    for surprise in surprises:
        print('not as expected:', *surprise, file=sys.stderr)
    sys.exit(1 if surprises else 0)


for part in (varints, unknown_fields, lengths, wrong_wire_types, times,
             strings, references, validity, gzips, not_profiles, text_heaps,
             text_others):
    part()
TOOL = subprocess.check_output(['go', 'tool', '-n', 'pprof'],
                               text=True).strip()
main()
