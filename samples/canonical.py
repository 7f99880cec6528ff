"""Reference for the canonical forms v1 of ../docs/records.md (section 2). Standard library only.

Slow and plain on purpose: a second implementation to compare bytes with, not a library to ship."""
import datetime
import re
import unicodedata

# Doc 9303-3 section 6.A: where the standard offers a choice the first form is used.
LATIN = {'Ä': 'AE', 'Å': 'AA', 'Æ': 'AE', 'Ð': 'D', 'Ö': 'OE', 'Ø': 'OE', 'Ü': 'UE', 'Þ': 'TH', 'Đ': 'D', 'Ħ': 'H',
         'Ĳ': 'IJ', 'Ŀ': 'L', 'Ł': 'L', 'Ŋ': 'N', 'Œ': 'OE', 'Ŧ': 'T', 'ẞ': 'SS', 'ß': 'SS', 'ı': 'I', 'İ': 'I'}
# Not in Doc 9303; own choice of v1.
LATIN_MORE = {'Ə': 'A', 'Ɓ': 'B', 'Ɖ': 'D', 'Ɗ': 'D', 'Ɛ': 'E', 'Ɣ': 'G', 'Ƙ': 'K', 'Ɔ': 'O', 'Ƴ': 'Y', 'Ʋ': 'V'}
# Section 6.B. Ѓ is printed there as U+0492; both are taken. Ь, Ћ: not in the standard, own choice.
CYRILLIC = dict(zip('АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ', (
    'A B V G D E E ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH IE Y - E IU IA').split()))
CYRILLIC.update({'Ь': '', 'Ђ': 'D', 'Є': 'IE', 'Ѕ': 'DZ', 'І': 'I', 'Ї': 'I', 'Ј': 'J', 'Љ': 'LJ', 'Њ': 'NJ', 'Ћ': 'C',
                 'Ѓ': 'G', 'Ќ': 'K', 'Ў': 'U', 'Џ': 'DZ', 'Ѫ': 'U', 'Ѵ': 'Y', 'Ґ': 'G', 'Ғ': 'G', 'Һ': 'C'})
CYRILLIC_LANG = {
    'be': {'Ё': 'IO', 'Г': 'H'}, 'bg': {'Щ': 'SHT'},
    'mk': {'Ќ': 'KJ', 'Џ': 'DJ', 'Х': 'H', 'Ц': 'C', 'Ғ': 'GJ', 'Ѓ': 'GJ'},
    'sr': {'Г': 'H', 'Ж': 'Z', 'Х': 'H', 'Ц': 'C', 'Ч': 'C', 'Ш': 'S'},
    'uk': {'Г': 'H', 'И': 'Y'}}
UK_FIRST = {'Є': 'YE', 'Ї': 'YI', 'Й': 'Y', 'Ю': 'YU', 'Я': 'YA'}
# Section 6.C.
ARABIC = {0x0621: 'XE', 0x0622: 'XAA', 0x0623: 'XAE', 0x0624: 'U', 0x0625: 'I', 0x0626: 'XI', 0x0627: 'A', 0x0628: 'B',
          0x062A: 'T', 0x062B: 'XTH', 0x062C: 'J', 0x062D: 'XH', 0x062E: 'XKH', 0x062F: 'D', 0x0630: 'XDH', 0x0631: 'R',
          0x0632: 'Z', 0x0633: 'S', 0x0634: 'XSH', 0x0635: 'XSS', 0x0636: 'XDZ', 0x0637: 'XTT', 0x0638: 'XZZ',
          0x0639: 'E', 0x063A: 'G', 0x0641: 'F', 0x0642: 'Q', 0x0643: 'K', 0x0644: 'L', 0x0645: 'M', 0x0646: 'N',
          0x0647: 'H', 0x0648: 'W', 0x0649: 'XAY', 0x064A: 'Y', 0x0671: 'XXA', 0x0679: 'XXT', 0x067C: 'XRT',
          0x067E: 'P', 0x0681: 'XKE', 0x0685: 'XXH', 0x0686: 'XC', 0x0688: 'XXD', 0x0689: 'XDR', 0x0691: 'XXR',
          0x0693: 'XRR', 0x0696: 'XRX', 0x0698: 'XJ', 0x069A: 'XXS', 0x06A9: 'XKK', 0x06AB: 'XXK', 0x06AD: 'XNG',
          0x06AF: 'XGG', 0x06BA: 'XNN', 0x06BC: 'XXN', 0x06BE: 'XDO', 0x06C0: 'XYH', 0x06C1: 'XXG', 0x06C2: 'XGE',
          0x06C3: 'XTG', 0x06CC: 'XYA', 0x06CD: 'XXY', 0x06D0: 'Y', 0x06D2: 'XYB', 0x06D3: 'XBE'}
ARABIC_DROP = {0x0640, 0x0670, 0x069C, 0x06A2, 0x06A7, 0x06A8, *range(0x064B, 0x0651), 0x0652}
SHADDA, TEH_MARBUTA = 0x0651, 0x0629

APOSTROPHES = set("'`´‘’‛ʹʻʼʽʾʿˈ′՚ꞌ＇")
HYPHENS = set('-‐‑‒–—―−֊־᠆﹘﹣－')
COMMAS = set(',،、，')
# Never part of a value. ZWNJ and ZWJ (U+200C, U+200D) carry meaning in commitments and are dropped for look-up only.
INVISIBLE = set(map(chr, [0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F),
                          *range(0x2060, 0x2065), *range(0x2066, 0x206A)]))
JOINERS = {'\u200c', '\u200d'}
WHITE = set(' \t\n\r\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000') | set(map(chr, range(0x2000, 0x200B)))


class Reject(ValueError):
    """The value has no canonical form; the argument is the reason code, never the value."""


def text(value, limit=256):
    """text and name: NFC, invisible characters out, white space runs to one U+0020, trimmed. Case and script stay."""
    out = []
    for c in unicodedata.normalize('NFC', value):
        if c in INVISIBLE:
            continue
        if c in WHITE:
            c = ' '
        elif unicodedata.category(c) in ('Cc', 'Cs', 'Co', 'Cn'):
            raise Reject('bad_character')
        out.append(c)
    result = re.sub(' +', ' ', ''.join(out)).strip(' ')
    result = unicodedata.normalize('NFC', result)
    if len(result.encode()) > limit:
        raise Reject('too_long')
    return result


def latin_name(value, lang=''):
    """latin_name: A-Z and '<' between components. Empty for nothing left."""
    s = ''.join(c for c in text(value) if c not in APOSTROPHES and c not in JOINERS)
    s = unicodedata.normalize('NFC', unicodedata.normalize('NFKC', s).upper())
    out, start, i = [], True, 0
    table = {**CYRILLIC, **CYRILLIC_LANG.get(lang, {})}
    while i < len(s):
        c, n = s[i], ord(s[i])
        following = s[i + 1] if i + 1 < len(s) else ' '
        i += 1
        first, start = start, False
        if 'A' <= c <= 'Z':
            out.append(c)
        elif c in WHITE or c in HYPHENS or c in COMMAS:
            out.append('<')
            start = True
        elif c in APOSTROPHES or c in JOINERS or c in INVISIBLE:
            start = first
        elif c in LATIN:
            out.append(LATIN[c])
        elif c in LATIN_MORE:
            out.append(LATIN_MORE[c])
        elif lang == 'uk' and first and c in UK_FIRST:
            out.append(UK_FIRST[c])
        elif c in table:
            out.append(table[c])
        elif n == TEH_MARBUTA:
            out.append('XAH' if not unicodedata.category(following)[0] in 'LM' else 'XTA')
        elif n == SHADDA:
            if out:
                out.append(out[-1])
        elif n in ARABIC:
            out.append(ARABIC[n])
        elif n in ARABIC_DROP:
            start = first
        elif unicodedata.category(c)[0] == 'N':
            raise Reject('digit_in_name')
        elif unicodedata.category(c)[0] in 'PS':
            start = first
        elif unicodedata.category(c) in ('Mn', 'Me') and _latin_before(out):
            start = first
        else:
            base = [b for b in unicodedata.normalize('NFD', c) if not unicodedata.category(b).startswith('M')]
            piece = ''.join(b if 'A' <= b <= 'Z' else LATIN.get(b, LATIN_MORE.get(b, table.get(b, '?'))) for b in base)
            if not piece or '?' in piece:
                raise Reject('untransliterable')
            out.append(piece)
    result = re.sub('<+', '<', ''.join(out)).strip('<')
    if len(result) > 128:
        raise Reject('too_long')
    return result


def _latin_before(out):
    return bool(out) and out[-1] != '<'


def person_name(family, given, lang=''):
    """(family_name_latin, given_name_latin) with the mononym rule: a single name is the primary identifier."""
    f, g = latin_name(family or '', lang), latin_name(given or '', lang)
    if not f:
        f, g = g, ''
    if not f:
        raise Reject('no_name')
    return f, g


def ascii_digits(value):
    return ''.join(str(unicodedata.decimal(c)) if unicodedata.category(c) == 'Nd' else c for c in value)


def number(value):
    """document_number, personal_number, registration_number: A-Z and 0-9 only."""
    s = ascii_digits(unicodedata.normalize('NFKC', text(value))).upper()
    out = ''
    for c in s:
        if c.isascii() and c.isalnum():
            out += c
        elif unicodedata.category(c)[0] in 'PSZ' or c in INVISIBLE:
            continue
        else:
            raise Reject('bad_character')
    if not out or len(out) > 64:
        raise Reject('bad_number')
    return out


THAI_MONTHS = ('มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม').split()
THAI_ERA = 'พ.ศ.'
THAI_SHORT = ('ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.').split()


def date(value, fmt='YYYY-MM-DD', calendar='gregorian'):
    """partial_date: ten bytes YYYY-MM-DD with XX for an unknown month or day and XXXX for an unknown year.

    fmt is declared by the mapping file; it names the order (YYYY-MM-DD, DD/MM/YYYY, MM/YYYY, DD MONTH YYYY, MRZ)."""
    s = ascii_digits(text(value)).upper()
    if fmt == 'MRZ':
        raise Reject('use mrz_date')
    order = [p[0] for p in re.findall(r'Y+|MONTH|M+|D+', fmt)]
    for names in (THAI_MONTHS, THAI_SHORT):
        for k, name in enumerate(names, 1):
            s = s.replace(name, f' {k:02d} ')
    if calendar == 'buddhist':
        s = s.replace(THAI_ERA, ' ')
    s = s.replace('-/', '00/').replace('--', '00')
    if any(not re.match('[0-9X?<_]', x) and unicodedata.category(x)[0] not in 'PSZ' for x in s):
        raise Reject('bad_date')                     # a word that nobody understood: the rest would be misread
    parts = re.findall('[0-9X?<_]+', s)
    for dropped in 'DM':                             # MM/YYYY or YYYY of a DD/MM/YYYY column
        if len(parts) < len(order):
            order = [p for p in order if p != dropped]
    if len(parts) != len(order):
        raise Reject('bad_date')
    got = dict(zip(order, parts))
    y, m, d = (_part(got.get(k, ''), 4 if k == 'Y' else 2) for k in 'YMD')
    if y is None:
        if m is not None or d is not None:
            raise Reject('bad_date')
        return 'XXXX-XX-XX'
    if m is None and d is not None:
        raise Reject('day_without_month')
    if y < 1000:
        raise Reject('two_digit_year')
    if calendar == 'buddhist':
        if y <= 2483 and m in (1, 2, 3):             # until BE 2483 the year began on 1 April
            if y == 2483:
                raise Reject('bad_date')
            y -= 542
        else:
            y -= 543
    elif calendar != 'gregorian':
        raise Reject('calendar')
    if not 1850 <= y <= 2150:
        raise Reject('year_out_of_range')
    if m is not None and not 1 <= m <= 12:
        raise Reject('bad_date')
    if d is not None:
        try:
            datetime.date(y, m, d)
        except ValueError:
            raise Reject('bad_date') from None
    return f'{y:04d}-' + ('XX' if m is None else f'{m:02d}') + '-' + ('XX' if d is None else f'{d:02d}')


def _part(p, digits):
    if set(p) <= set('0X?<_'):
        return None
    if not p.isdigit() or len(p) > digits:
        raise Reject('bad_date')
    return int(p)


def mrz_date(value, kind, today):
    """YYMMDD of an MRZ. kind 'birth' or 'expiry'; today is a datetime.date. '<<' is an unknown part."""
    if not re.fullmatch(r'([0-9]{2}|<<){3}', value):
        raise Reject('bad_date')
    yy, mm, dd = value[:2], value[2:4], value[4:]
    if yy == '<<':
        return 'XXXX-XX-XX'
    year = 2000 + int(yy)
    if kind == 'birth' and year > today.year:
        year -= 100
    return date(f'{year}-{mm}-{dd}'.replace('<<', 'XX'))


SEX = {'M': 'M', 'F': 'F', 'X': 'X', '<': 'X', '1': 'M', '2': 'F', '0': 'X', '9': 'X', 'MALE': 'M', 'FEMALE': 'F',
       'UNKNOWN': 'X', 'OTHER': 'X', 'ชาย': 'M', 'หญิง': 'F', 'পুরুষ': 'M', 'মহিলা': 'F', 'নারী': 'F', 'ছেলে': 'M',
       'মেয়ে': 'F', 'NAM': 'M', 'NỮ': 'F', 'LALAKI': 'M', 'BABAE': 'F'}


def sex(value):
    s = unicodedata.normalize('NFC', ascii_digits(text(value)).upper())
    table = {unicodedata.normalize('NFC', k): v for k, v in SEX.items()}
    if s not in table:
        raise Reject('bad_sex')
    return table[s]


ISO2 = {'TH': 'THA', 'BD': 'BGD', 'PH': 'PHL', 'VN': 'VNM', 'MM': 'MMR', 'LA': 'LAO', 'KH': 'KHM', 'MY': 'MYS', 'DE': 'DEU',
        'KE': 'KEN', 'IN': 'IND', 'NP': 'NPL', 'LK': 'LKA', 'AF': 'AFG', 'SY': 'SYR', 'UA': 'UKR', 'FR': 'FRA', 'ID': 'IDN',
        'UT': 'UTO', 'EU': 'EUE', 'KS': 'RKS', 'XK': 'RKS', 'QU': 'XXX', 'QS': 'XXA'}     # excerpt; ISO 3166-1 in full
RENAMED = {'D': 'DEU', 'ROM': 'ROU', 'BUR': 'MMR', 'TMP': 'TLS', 'ZAR': 'COD', 'XKX': 'RKS'}
NOT_ISO = set('GBD GBN GBO GBP GBS RKS EUE UNO UNA UNK XBA XIM XCC XCE XCO XEC XPO XES XMP XOM XDC XXA XXB XXC XXX '
              'UTO'.split())
ISO3 = set(ISO2.values()) | NOT_ISO | set('ROU TLS COD GBR USA SUN YUG SCG CSK DDR ANT NTZ PAK IRN IRQ SDN SOM ETH ERI '
                                          'FAR'.split())


def country(value):
    s = text(value).upper().rstrip('<')
    s = RENAMED.get(s, ISO2.get(s, s))
    if s not in ISO3:
        raise Reject('bad_country')
    return s


def subdivision(value):
    s = text(value).upper()
    if not re.fullmatch('[A-Z]{2}-[A-Z0-9]{1,3}', s):
        raise Reject('bad_subdivision')
    return s


def integer(value):
    s = ascii_digits(text(value))
    if not re.fullmatch('[0-9]{1,18}', s):
        raise Reject('bad_integer')
    return str(int(s))


def check_digit(s):
    return str(sum((0 if c == '<' else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(s)) % 10)


def td3(code, state, family, given, num, nationality, birth, sx, expiry, optional=''):
    """Two lines of 44. Birth and expiry as YYMMDD. The name is cut as in Doc 9303-4 when it exceeds 39 positions."""
    name = family + ('<<' + given if given else '')
    truncated = len(name) > 39
    line1 = (code.ljust(2, '<') + state.ljust(3, '<') + name[:39]).ljust(44, '<')
    n, o = num.ljust(9, '<'), optional.ljust(14, '<')
    od = '<' if not optional else check_digit(o)
    body = n + check_digit(n) + nationality.ljust(3, '<') + birth + check_digit(birth) + sx + expiry + check_digit(expiry)
    line2 = body + o + od
    return line1, line2 + check_digit(line2[:10] + line2[13:20] + line2[21:43]), truncated


# Look-up profiles v1: the ordered fields of section 2.9.
PROFILES = {
    'strict': ('family_name_latin', 'given_name_latin', 'birth_date!', 'sex', 'birth_subdivision'),
    'no_place': ('family_name_latin', 'given_name_latin', 'birth_date!', 'sex'),
    'short_name': ('family_name_latin', 'first_given', 'birth_date!', 'sex', 'birth_country'),
    'name_set': ('name_set', 'birth_date!'),
    'birth_year_only': ('family_name_latin', 'given_name_latin', 'birth_year', 'sex', 'birth_country'),
    'parents': ('given_name_latin', 'birth_year', 'mother_family_name_latin', 'mother_given_name_latin',
                'father_family_name_latin', 'father_given_name_latin'),
    'document': ('issuing_country', 'document_number'),
    'personal_number': ('issuing_country', 'personal_number')}
MAY_BE_EMPTY = {'given_name_latin', 'first_given', 'mother_given_name_latin', 'father_family_name_latin',
                'father_given_name_latin'}


def lookup_fields(profile, record):
    """The profile's field values in order, or None where the record cannot give them (then it gets no such tag)."""
    r = dict(record)
    r.setdefault('issuing_country', r.get('issuing_state', ''))      # a travel document calls it issuing_state
    r['first_given'] = r.get('given_name_latin', '').split('<')[0]
    r['name_set'] = '<'.join(sorted((r.get('family_name_latin', '') + '<' + r.get('given_name_latin', '')).split('<'))
                             ).strip('<')
    if r.get('birth_date', 'X')[:4].isdigit():
        r['birth_year'] = r['birth_date'][:4]
    fields = []
    for name in PROFILES[profile]:
        exact, name = name.endswith('!'), name.rstrip('!')
        value = r.get(name, '')
        if (not value and name not in MAY_BE_EMPTY) or (exact and 'X' in value):
            return None
        fields.append(value)
    return fields


def lookup_input(profile, fields):
    """The bytes that go into the blind evaluation."""
    return b''.join(len(b).to_bytes(2, 'big') + b
                    for b in (x.encode('ascii') for x in ('symbolon/lookup/v1', profile, *fields)))
