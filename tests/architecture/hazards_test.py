"""Checks docs/hazards.md: every id has its row, every row a test or a reason, and whatever it names exists. Of the lists
that other pages hold, that they are whole."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

IDS = {'RB-': (50, 2), 'LV-': (34, 2), 'R': (13, 1), 'M': (11, 1), 'G': (8, 1), 'L': (24, 1), 'T': (14, 1)}
ELSEWHERE = {'I-': (14, 'docs/consensus.md'), 'M-': (56, 'docs/planted-bugs.md'), 'S-': (72, 'tests/scenarios/README.md')}
ROW = re.compile(r'^\| ((?:RB|LV)-\d\d|[RMGLT]\d+) \| (.+) \|$')
GTEST = re.compile(r'\b(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)')
CODE = re.compile(r'`([^`]+)`')
LINK = re.compile(r'\]\(([^)#]+)[^)]*\)')
REASONS = ('*Cannot',)
PRODUCT = ('base', 'consensus', 'ledger', 'storage', 'api', 'node')


class Tree:
    def __init__(self, root):
        self.root = root
        self.tests = root / 'tests'
        self.gtests = {}
        cmake = '\n'.join(p.read_text(encoding='utf-8') for p in self.tests.rglob('CMakeLists.txt'))
        self.ctests = set(re.findall(r'add_test\(NAME ([a-z]\S+)', cmake))
        self.ctests |= {f'system.{p.stem}' for p in self.tests.glob('system/*_test.py')}
        self.programs = set(re.findall(r'add_executable\((symbolon-\w+)', cmake))
        self.invariants = set(re.findall(r'^\| (I-\d\d) \|', self.read('docs/consensus.md'), re.M))
        names = self.read('tests/simulation/plan.cc').split('kNames = {', 1)[-1].split('}', 1)[0]
        self.simulated = set(re.findall(r'"([^"]+)"', names))
        self.nemesis = set(re.findall(r"^ +name = '([^']+)'", self.read('tests/system/nemesis/faults.py'), re.M))
        self.worlds = set(re.findall(r'\.name = "([^"]+)"', self.read('tests/exploration/worlds.cc')))
        self.source = '\n'.join(p.read_text(encoding='utf-8')
                                for room in PRODUCT for p in sorted((root / room).rglob('*.[ch]*')))

    def read(self, path):
        return (self.root / path).read_text(encoding='utf-8')

    def has_gtest(self, room, name):
        if room not in self.gtests:
            found = set()
            for path in (self.tests / room).rglob('*.cc'):
                found |= {'.'.join(m) for m in GTEST.findall(path.read_text(encoding='utf-8'))}
            self.gtests[room] = found
        if name.endswith('*'):
            return any(test.startswith(name[:-1]) for test in self.gtests[room])
        return name in self.gtests[room]

    def lookup(self, code):
        """(is it there, is it a test) of what stands between `backticks`."""
        if m := re.fullmatch(r'(\w+):(\w+\.[\w*]+)', code):
            return self.has_gtest(m[1], m[2]), True
        if m := re.fullmatch(r'(sim|nemesis|world):(.+)', code):
            return m[2] in {'sim': self.simulated, 'nemesis': self.nemesis, 'world': self.worlds}[m[1]], True
        if re.fullmatch(r'S-\d\d', code):
            return any(self.tests.glob(f'scenarios/{code}-*.scenario')), True
        if re.fullmatch(r'M-\d\d', code):
            return any(self.tests.glob(f'mutants/bugs/{code}-*.toml')), True
        if re.fullmatch(r'I-\d\d', code):
            return code in self.invariants, True
        if (self.tests / 'scenarios' / f'{code}.scenario').exists():
            return True, True
        if re.fullmatch(r'(architecture|model|mutants|simulation|system)\.\w+', code):
            return code in self.ctests, True
        word = code.split()[0]
        if '/' in word or '-' in word:
            return (self.root / word).exists() or word in self.programs, False
        return re.search(r'(?<!\w)' + re.escape(code) + r'(?!\w)', self.source) is not None, False


def expected_ids():
    return {f'{prefix}{n:0{width}}' for prefix, (last, width) in IDS.items() for n in range(1, last + 1)}


def faults(root):
    tree = Tree(root)
    page = root / 'docs' / 'hazards.md'
    seen = set()
    explained = False  # what stands before the first section says how to read the rest
    for number, line in enumerate(page.read_text(encoding='utf-8').splitlines(), 1):
        at = f'docs/hazards.md:{number}'
        for link in LINK.findall(line):
            if not (page.parent / link).exists():
                yield f'{at}: links to {link}, which does not exist'
        explained = explained or line.startswith('## ')
        if not explained:
            continue
        found = {code: tree.lookup(code) for code in CODE.findall(line)}
        for code, (exists, _) in found.items():
            if not exists:
                yield f'{at}: there is no {code}'
        row = ROW.match(line)
        if row is None:
            continue
        if row[1] in seen:
            yield f'{at}: {row[1]} for the second time'
        seen.add(row[1])
        where = row[2].rsplit(' | ', 1)[-1]
        shown = any(is_test for _, is_test in found.values())
        if not row[1].startswith('T') and not shown and not where.startswith(REASONS):
            yield f'{at}: {row[1]} has neither a test nor a reason'
    for missing in sorted(expected_ids() - seen):
        yield f'docs/hazards.md: {missing} is missing'
    for prefix, (last, page) in ELSEWHERE.items():
        text = tree.read(page)
        for n in range(1, last + 1):
            if f'{prefix}{n:02}' not in text:
                yield f'{page}: {prefix}{n:02} is missing'
    for unknown in sorted(seen - expected_ids()):
        yield f'docs/hazards.md: {unknown} is no id'


if __name__ == '__main__':
    found = list(faults(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    print('\n'.join(found) or 'every hazard is where its row says')
    sys.exit(1 if found else 0)
