"""A network of real processes for the system tests: symbolon and symbolond as a person would run them."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ['SYMBOLON_BIN'])
SAMPLES = ROOT / 'samples'
WAIT = 120  # seconds; a bound for a broken product, not a measurement


class Result:
    """What a command said: exit code, JSON objects from standard output, both outputs as text."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.objects = [json.loads(line) for line in out.splitlines() if line.startswith('{')]

    @property
    def json(self):
        return self.objects[-1]


def symbolon(*arguments, env=None, timeout=600):
    p = subprocess.run([BIN / 'symbolon', '--json', *map(str, arguments)], capture_output=True, timeout=timeout,
                       env={**os.environ, **(env or {})}, check=False)
    return Result(p.returncode, p.stdout.decode(), p.stderr.decode(errors='replace'))


def start(*arguments, env=None):
    return subprocess.Popen([BIN / 'symbolon', '--json', *map(str, arguments)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env={**os.environ, **(env or {})})


def wait_until(condition, what):
    deadline = time.monotonic() + WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError('gave up waiting: ' + what)
        time.sleep(0.02)


class Network:
    """The training network in a folder of its own. Use as a context manager."""

    def __init__(self, plan=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='symbolon-test-'))
        self.path = self.folder / 'network'
        self.plan = plan

    def __enter__(self):
        arguments = ['network', 'init', '--out', self.path]
        if self.plan:
            (self.folder / 'network.toml').write_text(self.plan)
            arguments += ['--config', self.folder / 'network.toml']
        try:
            self.must(*arguments)
            self.must('network', 'up', self.path)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        symbolon('network', 'down', self.path)
        shutil.rmtree(self.folder, ignore_errors=True)

    def must(self, *arguments, **keywords):
        result = symbolon(*arguments, **keywords)
        if result.code != 0:
            raise AssertionError(f'symbolon {" ".join(map(str, arguments))}: exit {result.code}\n{result.out}\n{result.err}')
        return result.json if result.objects else {}

    def profile(self, agency, role):
        return self.path / agency / role / 'client.toml'

    def publish(self, agency, csv, mapping, out, *more):
        return symbolon('publish', csv, '--mapping', mapping, '--profile', self.profile(agency, 'registrar'), '--out', out,
                        *more)

    def publish_sample(self, agency, name, out, *more):
        return self.publish(agency, SAMPLES / f'{name}.csv', SAMPLES / f'{name}.mapping.toml', out, *more)

    def pid(self, agency):
        return int((self.path / agency / 'node' / 'symbolond.pid').read_text())

    def kill(self, agency):
        os.kill(self.pid(agency), signal.SIGKILL)

    def audit(self, agency='THA-DOPA'):
        return symbolon('audit', '--profile', self.profile(agency, 'auditor'))


ONE_NODE = """
origin = "one.symbolon.example"

[[agency]]
id = "THA-DOPA"
name = "Department of Provincial Administration"
issues = ["birth"]
clients = ["registrar", "verifier", "auditor", "operator"]
"""

THREE_NODES = ONE_NODE + """
[[agency]]
id = "PHL-PSA"
name = "Philippine Statistics Authority"
issues = ["birth", "identity_document"]
clients = ["registrar", "verifier", "auditor", "operator"]

[[agency]]
id = "UNHCR-REG"
name = "UNHCR Registration"
issues = ["protection_status"]
clients = ["registrar", "verifier", "auditor", "operator"]
"""

MAPPING = """
version = 1
record_type = "birth"
record_version = 1
[csv]
encoding = "utf-8"
delimiter = ","
key = "registration_number"
[fields]
registration_number = { column = "number" }
registration_date = { column = "registered", format = "YYYY-MM-DD" }
family_name = { column = "family" }
given_name = { column = "given" }
family_name_latin = { column = "family" }
given_name_latin = { column = "given" }
sex = { column = "sex" }
birth_date = { column = "born", format = "YYYY-MM-DD" }
birth_place = { column = "place" }
personal_number = { column = "person" }
"""


def write_births(folder, rows, first=1):
    """A CSV of `rows` births and its mapping; returns their paths."""
    csv, mapping = folder / 'births.csv', folder / 'births.mapping.toml'
    with csv.open('w') as f:
        f.write('number,registered,family,given,sex,born,place,person\n')
        for i in range(first, first + rows):
            f.write(f'98{i:010},2024-05-06,Family,Given,F,2023-01-{1 + i % 28:02},Somewhere,7{i:012}\n')
    mapping.write_text(MAPPING)
    return csv, mapping
