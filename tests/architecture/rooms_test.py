"""Checks the arrows between rooms from the #include lines: who may see whom, and that gRPC stays inside api/."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A room may include itself and these.
MAY_INCLUDE = {
    'base': set(),
    'consensus': {'base'},
    'ledger': {'base'},
    'identity': {'base', 'ledger'},
    'storage': {'base', 'ledger', 'consensus'},
    'api': {'base', 'ledger', 'identity', 'consensus', 'proto'},
    'node': {'base', 'ledger', 'consensus', 'storage', 'api'},
    'cli': {'base', 'ledger', 'identity', 'storage', 'api'},
}
# Third-party headers that belong to one room.
ONLY_IN = {
    'grpc': {'api'}, 'google/': {'api'}, 'rocksdb': {'storage'}, 'unicode/': {'identity'}, 'qrencode': {'cli'},
    'CLI/': {'cli'}, 'spdlog': {'node'}, 'openssl/x509': {'api'},
}
# Pure rooms: no clock, thread, file, socket or generator of their own.
PURE = {'identity', 'ledger', 'consensus'}
IMPURE = re.compile(r'^(thread|mutex|shared_mutex|condition_variable|future|ctime|time\.h|random|fstream|iostream|'
                    r'filesystem|unistd\.h|fcntl\.h|sys/.*|netinet/.*|pthread\.h)$')
# <chrono> has calendars, which are pure, and clocks, which are not.
CLOCK = re.compile(r'\b(system|steady|high_resolution|utc)_clock\b')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def violations(root):
    for room, allowed in MAY_INCLUDE.items():
        for path in sorted((root / room).rglob('*')):
            if path.suffix not in ('.h', '.cc'):
                continue
            text = path.read_text(encoding='utf-8')
            if room in PURE and CLOCK.search(text):
                yield f'{path.relative_to(root)}: reads a clock; {room}/ is pure'
            for quote, name in INCLUDE.findall(text):
                where = f'{path.relative_to(root)}: #include {name}'
                first = name.split('/')[0]
                if quote == '"' and first in MAY_INCLUDE | {'proto': 0} and first != room and first not in allowed:
                    yield f'{where}: {room}/ may not see {first}/'
                if quote == '"' and first == 'tests':
                    yield f'{where}: product code may not see tests/'
                for prefix, rooms in ONLY_IN.items():
                    if name.startswith(prefix) and room not in rooms:
                        yield f'{where}: belongs to {", ".join(sorted(rooms))}/'
                if room in PURE and IMPURE.match(name):
                    yield f'{where}: {room}/ is pure'
                if room == 'api' and path.suffix == '.h' and 'internal' not in path.parts and (
                        name.startswith(('grpc', 'google/', 'proto/'))):
                    yield f'{where}: public headers of api/ keep gRPC out'


if __name__ == '__main__':
    found = list(violations(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    print('\n'.join(found) or 'all arrows point the right way')
    sys.exit(1 if found else 0)
