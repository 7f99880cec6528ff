#!/usr/bin/env python3
"""no_trace.py BUILD.NINJA PROGRAM...: fails if anything that these programs are made of comes from a planted bug."""
import pathlib
import re
import sys

BUG = re.compile(r'bug-M-\d\d|tests/mutants/')


def statements(path):
    """{output: what it is made of}"""
    text = path.read_text(encoding='utf-8').replace('$\n', ' ')
    made_of = {}
    for outputs, inputs in re.findall(r'^build (.+?): \S+ ?(.*)$', text, re.M):
        # Behind || stands what must only be there before, which goes into nothing.
        parts = [p for p in inputs.split('||')[0].split() if p != '|']
        for output in outputs.split():
            made_of[output] = parts
    return made_of


def ingredients(made_of, program):
    found, ahead = set(), [program]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead.extend(made_of.get(one, []))
    return found


def main(argv):
    made_of = statements(pathlib.Path(argv[0]))
    traces = []
    for program in argv[1:]:
        if program not in made_of:
            traces.append(f'{program} is not made here')
            continue
        parts = ingredients(made_of, program)
        objects = sum(p.endswith('.o') for p in parts)
        if objects < 10:
            traces.append(f'{program} is made of {objects} objects: this check does not understand {argv[0]}')
        traces += [f'{program} contains {part}' for part in sorted(parts) if BUG.search(part)]
    print('\n'.join(traces) or f'no planted bug in {", ".join(argv[1:])}')
    return 1 if traces else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
