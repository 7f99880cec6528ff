#!/usr/bin/env python3
"""The model accepts every step of the core in all scenarios and in a few simulated histories, of the core alone and of
whole nodes, and refuses them once one line says something else.

SYMBOLON_BIN names the folder of the programs; SYMBOLON_SIM_SEEDS, how many histories of each simulation (4).
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from replay import files_of, replay

SEEDS = os.environ.get("SYMBOLON_SIM_SEEDS", "4")


class ReplayTracesTest(unittest.TestCase):
    def test_every_step_of_the_scenarios_is_accepted(self):
        self.replay_all(["scenario_test"], fewest_files=200, fewest_steps=1)

    def test_every_step_of_the_core_is_accepted(self):
        lines = self.replay_all(["consensus_test", "--gtest_filter=Simulation.EverySeed*"])
        self.a_changed_line_is_refused(lines)

    def test_every_step_of_whole_nodes_is_accepted(self):
        self.replay_all(["symbolon-sim", "--seeds", "0.." + SEEDS])

    def replay_all(self, command, fewest_files=int(SEEDS), fewest_steps=1000):
        """Runs it with traces on; returns the lines of the last trace."""
        binary = os.path.join(os.environ["SYMBOLON_BIN"], command[0])
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([binary, *command[1:]], capture_output=True, text=True,
                                 env=dict(os.environ, SYMBOLON_TRACE_DIR=folder, SYMBOLON_SIM_SEEDS=SEEDS))
            self.assertEqual(run.returncode, 0, run.stdout[-2000:] + run.stderr[-2000:])
            files = list(files_of([folder]))
            self.assertGreaterEqual(len(files), fewest_files, "traces are missing")
            for path in files:
                with open(path, encoding="utf-8") as file:
                    lines = file.readlines()
                count, broken = replay(lines)
                self.assertIsNone(broken, "%s:%d: %s" % (os.path.basename(path), count, broken))
                self.assertGreaterEqual(count, fewest_steps, os.path.basename(path))
        return lines

    def a_changed_line_is_refused(self, lines):
        """The same history with a commit index one too far, at the first leader that commits: the model does look."""
        for number, text in enumerate(lines):
            line = json.loads(text)
            state = line.get("state", {})
            if line.get("input") == "step" and state.get("role") == "leader" and state["commit"] < state["last"][0]:
                state["commit"] += 1
                count, broken = replay(lines[:number] + [json.dumps(line)])
                self.assertIsNotNone(broken)
                self.assertEqual(count, number + 1)
                return
        self.fail("no leader had anything to commit")


if __name__ == "__main__":
    if "SYMBOLON_BIN" not in os.environ:
        sys.exit("SYMBOLON_BIN: the folder of the programs, as build/release/bin")
    unittest.main()
