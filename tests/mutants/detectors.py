"""What looks for bugs, each as a function of a program's folder and a bug's id: what it took to find it, or None.

Each has limits that a bug must be found within; a program that hangs or dies has found something, too.
"""

import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "model"))
from replay import files_of, replay  # noqa: E402  (the model's folder is no package)

# In seconds of the processor, so that a busy machine finds as much as an idle one.
SCENARIO_SECONDS = 60
WORLD_STATES = 1_000_000
EXPLORER_SECONDS = 60
CORE_SEEDS = 3000
CORE_CHUNK = 50
SIMULATOR_FIRST = 100
SIMULATOR_SEEDS = 200
SIMULATOR_SECONDS = 90
STORAGE_SECONDS = 60
MODEL_HISTORIES = 25


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command, seconds, **environment):
    """(exit code or None if it was ended, output). `seconds` of the processor, or ten times that by the clock."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))

    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=ROOT, timeout=10 * seconds,
                              env=dict(os.environ, **environment), preexec_fn=limit)
    except subprocess.TimeoutExpired as expired:
        return None, (expired.stdout or b"").decode(errors="replace")
    code = None if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) else done.returncode
    return code, done.stdout + done.stderr


def ended(code):
    return "hangs" if code is None else f"dies of signal {-code}" if code < 0 else f"ends with {code}"


def some(count, what, more):
    return f"{count:,} {what if count == 1 else more}"


def and_more(names):
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def each_test(program, seconds, shown):
    """Every test of a gtest program, each alone so that one that dies hides no other."""
    code, output = run([program, "--gtest_brief=1"], seconds)
    if code == 0:
        return None
    failed = sorted(set(re.findall(r"\[  FAILED  \] (\S+?)(?:,|$| )", output, re.M)))
    names = [shown(name) for name in failed if "." in name or "/" in name]
    if names:
        return and_more(names)
    begun = re.findall(r"\[ RUN      \] (\S+)", run([program], seconds)[1])
    return (shown(begun[-1]) + ": " if begun else "") + ended(code)


def scenarios(programs, bug):
    return each_test(programs / f"scenario_test-{bug}", SCENARIO_SECONDS,
                     lambda name: name.rsplit("/", 1)[-1].replace("_", "-"))


def storage(programs, bug):
    return each_test(programs / f"storage_test-{bug}", STORAGE_SECONDS, lambda name: name)


def explorer(programs, bug):
    program = programs / f"symbolon-explore-{bug}"
    explored = 0
    until = processor_seconds() + EXPLORER_SECONDS
    for line in run([program, "--list"], 10)[1].splitlines():
        world, left = line.split()[0], until - processor_seconds()
        if left < 1:
            break
        code, output = run([program, "--world", world, "--max-states", str(WORLD_STATES)], left)
        states = re.search(r"^states\s+(\d+)", output, re.M)
        explored += int(states.group(1)) if states else 0
        if code is None:
            break
        if code not in (0, 2):  # 2: with this bug it cannot begin as its world says
            return some(explored, "state", "states") + f" ({world})"
    return None


def core_run(programs, bug, first, seeds, tests="Simulation.EverySeedKeepsTheInvariants", **environment):
    return run([programs / f"consensus_test-{bug}", f"--gtest_filter={tests}"], 120,
               SYMBOLON_SIM_FIRST=str(first), SYMBOLON_SIM_SEEDS=str(seeds), **environment)


def core(programs, bug):
    """The simulation of the core. In chunks: a process that dies does not say over which seed."""
    for first in range(1, CORE_SEEDS + 1, CORE_CHUNK):
        if core_run(programs, bug, first, CORE_CHUNK)[0] == 0:
            continue
        for seed in range(first, first + CORE_CHUNK):
            if core_run(programs, bug, seed, 1)[0] != 0:
                return some(seed, "seed", "seeds")
        return some(first + CORE_CHUNK, "seed", "seeds")
    return None


def simulator(programs, bug):
    code, output = run([programs / f"symbolon-sim-{bug}", "--seeds",
                        f"{SIMULATOR_FIRST}..{SIMULATOR_FIRST + SIMULATOR_SEEDS}", "--stop-at-first"], SIMULATOR_SECONDS)
    if code in (0, None):
        return None
    seed = re.search(r"\bseed (\d+)", output)
    if seed:
        return some(int(seed.group(1)) - SIMULATOR_FIRST + 1, "seed", "seeds")
    never = re.search(r"^NEVER MET: (.*)", output, re.M)
    return f"never meets: {never.group(1)}" if never else ended(code)


def traces(programs, bug):
    """Yields the lines of one history after the other: simulated ones, then those of a node that hears anything."""
    with tempfile.TemporaryDirectory(prefix="symbolon-traces-") as folder:
        for seed in range(1, MODEL_HISTORIES + 1):
            core_run(programs, bug, seed, 1, SYMBOLON_TRACE_DIR=folder)
            path = pathlib.Path(folder) / f"simulation-{seed}.jsonl"
            yield path.read_text(encoding="utf-8").splitlines()
            path.unlink()
        core_run(programs, bug, 0, 0, "Hostile.*", SYMBOLON_TRACE_DIR=folder)
        for path in files_of([folder]):
            yield pathlib.Path(path).read_text(encoding="utf-8").splitlines()


def model(programs, bug):
    """The model alone judges what the core writes down; what the tests that drive it think of it is not asked. They
    end a history where they themselves find something, so the model sees no more than they."""
    steps = 0
    for number, lines in enumerate(traces(programs, bug), 1):
        count, broken = replay(lines)
        steps += count
        if broken:
            return f"{some(steps, 'step', 'steps')}, {some(number, 'history', 'histories')}: {broken.rule}"
    return None
