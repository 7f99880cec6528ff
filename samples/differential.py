"""Writes ../tests/vectors/canonical_differential.json: random values and what the reference makes of them.

The suite compares the program's canonical forms with it. Same bytes on every run with Unicode 14 (Python 3.11);
`differential.py --check` only compares."""
import datetime
import json
import pathlib
import random
import sys
import unicodedata

import canonical as c

OUT = pathlib.Path(__file__).parent.parent / 'tests/vectors/canonical_differential.json'
UNICODE_15 = {0x0cf3, 0x0ece}
rng = random.Random(20241212)

ALPHABETS = {
    'ascii': [chr(x) for x in range(0x20, 0x7f)],
    'latin': [chr(x) for x in [*range(0xa0, 0x250), *range(0x1e00, 0x1f00), *range(0x300, 0x330)]],
    'letters': list('ABCDEFGHabcdefghäöüßñçéøåłđığşİ \'’-`´ʼ'),
    'cyrillic': [chr(x) for x in range(0x400, 0x4c0)] + list(' -’'),
    'arabic': [chr(x) for x in range(0x600, 0x6e0)] + [' ', '\u200c', '\u0651', '\u0629', '\u064e'],
    'thai': [chr(x) for x in range(0xe00, 0xe5c)] + ['\u200b', ' '],
    'indic': [chr(x) for x in range(0x980, 0xa00)] + ['\u200c', '\u200d'],
    'compatibility': [chr(x) for x in [*range(0xff00, 0xfff0), *range(0xfb00, 0xfb50), *range(0x2150, 0x2190)]],
    'spaces': [' ', '\t', '\n', '\r', '\x85', '\u00a0', '\u2003', '\u3000', '\u00ad', '\ufeff', '\u200e', 'a', 'B'],
    'bad': ['\x00', '\x1f', '\x7f', '\u0378', '\ue000', '\U0010ffff', '\ufffe', 'a'],
    'anywhere': None}
DATE_PIECES = ['2024', '1987', '2567', '2480', '2483', '1971', '12', '02', '29', '30', '31', '05', '00', '0000', 'XX', '??',
               '1', '7', '13', '67', '/', '/', '-', '-', '.', ' ', '๐๕', '২০২৩', 'มกราคม', 'ก.พ.', 'พ.ศ.', 'May', '<<', '__']
FORMATS = ['YYYY-MM-DD', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD MONTH YYYY', 'MM/YYYY', 'YYYY', 'YYYY/DD/MM']


def word(alphabet, longest):
    def one():
        if alphabet is None:
            return chr(rng.choice([x for x in [*range(0xd800), *range(0xe000, 0x10000)] if x not in UNICODE_15]))
        return rng.choice(alphabet)
    return ''.join(one() for _ in range(rng.randrange(longest)))


def outcome(function, *args):
    try:
        return {'output': function(*args)}
    except c.Reject as e:
        return {'reject': str(e)}


def cases():
    for name, alphabet in ALPHABETS.items():
        for _ in range(30):
            v = word(alphabet, 12)
            yield {'as': 'name', 'input': v, **outcome(c.text, v)}
            yield {'as': 'number', 'input': v, **outcome(c.number, v)}
        for lang in ('', 'uk', 'sr') if name in ('cyrillic', 'latin') else ('',):
            for _ in range(40):
                v = word(alphabet, 10)
                yield {'as': 'latin_name', 'input': v, 'lang': lang, **outcome(c.latin_name, v, lang)}
    for lang in ('be', 'bg', 'mk', 'sr', 'uk', 'ru'):
        for x in range(0x400, 0x4c0):
            v = chr(x) + 'а' + chr(x)
            yield {'as': 'latin_name', 'input': v, 'lang': lang, **outcome(c.latin_name, v, lang)}
    for x in [*range(0xc0, 0x250), *range(0x600, 0x700), *range(0x1e00, 0x1f00)]:
        v = chr(x) + ' ' + chr(x)
        yield {'as': 'latin_name', 'input': v, 'lang': '', **outcome(c.latin_name, v)}
    for _ in range(700):
        fmt, calendar = rng.choice(FORMATS), rng.choice(['gregorian', 'buddhist'])
        v = ''.join(rng.choice(DATE_PIECES) for _ in range(rng.randrange(1, 7)))
        yield {'as': 'date', 'input': v, 'format': fmt, 'calendar': calendar, **outcome(c.date, v, fmt, calendar)}
    for _ in range(300):
        fmt, calendar = rng.choice(FORMATS[:3]), rng.choice(['gregorian', 'buddhist'])
        year = rng.randrange(1850, 2160) + (543 if calendar == 'buddhist' else 0)
        parts = {'YYYY': f'{year}', 'MM': f'{rng.randrange(0, 14):02d}', 'DD': f'{rng.randrange(0, 33):02d}'}
        v = fmt
        for k, p in parts.items():
            v = v.replace(k, p)
        yield {'as': 'date', 'input': v, 'format': fmt, 'calendar': calendar, **outcome(c.date, v, fmt, calendar)}


if __name__ == '__main__':
    assert unicodedata.unidata_version == '14.0.0', 'write this file with Python 3.11'
    lines = ',\n'.join(json.dumps(x, sort_keys=True) for x in cases())
    if '--check' in sys.argv:
        assert OUT.read_text('ascii') == f'[\n{lines}\n]\n', 'differs'
    else:
        OUT.write_text(f'[\n{lines}\n]\n', 'ascii')
    print('ok', lines.count('\n') + 1)
