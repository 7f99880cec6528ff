#!/usr/bin/env python3
"""The model accepts what Raft allows, and refuses, one rule at a time, what it does not.

Each trace begins as a short history that is accepted; a test of a rule changes one thing in it, or goes on from it wrongly."""

import copy
import json
import unittest

from replay import replay

THREE = {"voters": [1, 2, 3], "learners": []}
OPTIONS = {"election_ticks": 2, "heartbeat_ticks": 1, "read_timeout_ticks": 9, "proposal_timeout_ticks": 9}
NO_OP, A, B = [1, 1, "no_op", "00"], [2, 1, "normal", "aa"], [2, 1, "normal", "bb"]


class Trace:
    """Lines of one node, whose state is carried on: each line names only what changes."""

    def __init__(self, closed=False):
        self.lines = [{"trace": "symbolon-consensus", "version": 1, "closed": closed}]
        self.states = {}

    def add(self, kind, state=None, node=1, result="ok", **fields):
        now = dict(self.states.get(node, {}), **(state or {}))
        if now.get("role") == "leader":
            now.pop("timer", None)
        else:
            now.pop("peers", None)
        self.states[node] = now
        self.lines.append(dict(fields, node=node, input=kind, result=result, state=copy.deepcopy(now)))
        return self

    def start(self, node=1, term=0, vote=None, log=(), applied=0, genesis=None, options=None, **extra):
        genesis = genesis or THREE
        last = list(log[-1][:2]) if log else [0, 0]
        self.states.pop(node, None)
        state = {"term": term, "vote": vote, "role": "follower", "leader": None, "last": last, "durable": len(log), "commit": applied,
                 "applied": applied, "configuration": genesis, "timer": 0}
        return self.add("start", dict(state, **extra), node, options=dict(OPTIONS, **(options or {})), genesis=genesis,
                        hard_state={"term": term, "vote": vote}, applied=applied, log=list(log))

    def tick(self, timer, node=1, **state):
        return self.add("tick", dict(state, timer=timer), node)

    def take(self, token=0, append=(), now=(), after=(), state=None, node=1, **fields):
        told = self.states[node]
        base = {"append": list(append), "token": token, "messages_now": list(now), "messages_after_persist": list(after),
                "commit": told["commit"], "applicable": min(told["commit"], told["durable"])}
        return self.add("take_effects", state, node, **dict(base, **fields))

    def step(self, m, state=None, node=1, **fields):
        return self.add("step", state, node, message=m, **fields)

    def persisted(self, token, node=1, **state):
        appended = state.pop("appended", None)
        return self.add("persisted", state, node, token=token, **({"appended": appended} if appended else {}))

    def judge(self):
        return replay(json.dumps(line) for line in self.lines)


def msg(sender, to, term, kind, **fields):
    return dict({"from": sender, "to": to, "term": term, "type": kind}, **fields)


def told(role, term, leader):
    return {"role": role, "term": term, "leader": leader}


def append(sender, term, prev, entries, commit=0, match=0):
    return msg(sender, 1, term, "append_request", prev=prev, entries=entries, commit=commit, round=0, match=match)


def accepted(to, term, last, sender=1, round=0):
    return msg(sender, to, term, "append_reply", accepted=True, last=last, partial=False, round=round)


def peer(node, match, **more):
    return dict({"node": node, "match": match, "next": match + 1, "state": "probe", "active": True}, **more)


def to_all(kind, **fields):
    term = fields.pop("term")
    return [msg(1, n, term, kind, **fields) for n in (2, 3)]


def candidate(last=(0, 0), term=0, log=(), genesis=None):
    """Node 1 has won its pre-vote and asks for votes; its own is not yet durable."""
    t = Trace().start(term=term, log=log, genesis=genesis).tick(1).tick(0, role="pre_candidate")
    asks = to_all("pre_vote_request", term=term + 1, last=list(last))
    t.take(now=asks, role_change=told("pre_candidate", term, None))
    t.step(msg(2, 1, term + 1, "pre_vote_reply", granted=True), {"term": term + 1, "vote": 1, "role": "candidate"})
    return t.take(1, after=to_all("vote_request", term=term + 1, last=list(last), transfer=False),
                  hard_state={"term": term + 1, "vote": 1}, role_change=told("candidate", term + 1, None))


def leader():
    """Node 1 leads term 1; its no-op is handed out in batch 2 and not yet durable."""
    t = candidate().persisted(1)
    t.step(msg(2, 1, 1, "vote_reply", granted=True), {"role": "leader", "leader": 1, "last": [1, 1], "peers": [peer(2, 0), peer(3, 0)]},
           appended=[NO_OP])
    return t.take(2, [NO_OP], role_change=told("leader", 1, 1))


def committed():
    """... and committed it with node 2."""
    t = leader().persisted(2, durable=1)
    return t.step(accepted(1, 1, 1, sender=2), {"commit": 1, "peers": [peer(2, 1), peer(3, 0)]}).take().add("applied", {"applied": 1}, index=1)


def follower():
    """Node 1 follows node 2 in term 1 and has two entries, handed out in batch 1."""
    t = Trace().start()
    t.step(append(2, 1, [0, 0], [NO_OP, A]), {"term": 1, "leader": 2, "last": [2, 1], "timer": 0}, appended=[NO_OP, A])
    return t.take(1, [NO_OP, A], after=[accepted(2, 1, 2)], hard_state={"term": 1, "vote": None}, role_change=told("follower", 1, 2))


def voter():
    """Node 1 has granted its vote to node 2."""
    return Trace().start().step(msg(2, 1, 1, "vote_request", last=[0, 0], transfer=False), {"term": 1, "vote": 2, "timer": 0})


GRANT = msg(1, 2, 1, "vote_reply", granted=True)
VOTED = {"hard_state": {"term": 1, "vote": 2}, "role_change": told("follower", 1, None)}


class ModelTest(unittest.TestCase):
    def accepts(self, trace):
        count, broken = trace.judge()
        self.assertIsNone(broken, "line %d: %s" % (count, broken))

    def refuses(self, trace, rule, accepted_before=True):
        """The last line, and no earlier one, breaks `rule`."""
        count, broken = trace.judge()
        self.assertIsNotNone(broken, "accepted")
        self.assertIn(rule, str(broken))
        self.assertEqual(count, len(trace.lines))


class Accepted(ModelTest):
    def test_histories(self):
        for history in (candidate, leader, committed, follower, voter):
            with self.subTest(history.__name__):
                self.accepts(history())

    def test_a_vote_that_waits_for_the_disk(self):
        self.accepts(voter().take(1, after=[GRANT], **VOTED).persisted(1))

    def test_a_conflict_cuts(self):
        t = follower().persisted(1, durable=2)
        new = [2, 2, "no_op", "cc"]
        t.step(append(3, 2, [1, 1], [new]), {"term": 2, "leader": 3, "last": [2, 2], "durable": 1, "timer": 0}, cut=2, appended=[new])
        self.accepts(t.take(2, [new], after=[accepted(3, 2, 2)], hard_state={"term": 2, "vote": None}, role_change=told("follower", 2, 3)))


class Elections(ModelTest):
    def test_a_vote_is_durable_before_the_reply(self):
        self.refuses(voter().take(1, now=[GRANT], **VOTED), "durability")

    def test_a_request_for_votes_waits_for_the_own_vote(self):
        t = candidate()
        line = t.lines[-1]
        line["messages_now"], line["messages_after_persist"] = line["messages_after_persist"], []
        self.refuses(t, "durability")

    def test_term_and_vote_are_handed_out(self):
        self.refuses(voter().take(1, after=[GRANT], role_change=told("follower", 1, None)), "term and vote are handed out")

    def test_two_votes_in_a_term(self):
        t = voter().take(1, after=[GRANT], **VOTED)
        self.refuses(t.step(msg(3, 1, 1, "vote_request", last=[9, 1], transfer=False), {"vote": 3}), "state: vote")

    def test_a_second_vote_is_not_answered_yes(self):
        t = voter().take(1, after=[GRANT], **VOTED).step(msg(3, 1, 1, "vote_request", last=[0, 0], transfer=False))
        self.refuses(t.take(2, after=[msg(1, 3, 1, "vote_reply", granted=True)]), "no input calls for")

    def test_no_vote_for_a_shorter_log(self):
        t = Trace().start(term=1, log=[NO_OP, A])
        self.refuses(t.step(msg(2, 1, 2, "vote_request", last=[1, 1], transfer=False), {"term": 2, "vote": 2}), "state: vote")

    def test_no_vote_for_an_earlier_last_term_however_long(self):
        t = Trace().start(term=2, log=[[1, 2, "no_op", "00"]])
        self.refuses(t.step(msg(2, 1, 3, "vote_request", last=[9, 1], transfer=False), {"term": 3, "vote": 2}), "state: vote")

    def test_a_leader_is_not_deposed_while_it_is_heard(self):
        t = follower()
        self.refuses(t.step(msg(3, 1, 2, "vote_request", last=[9, 1], transfer=False), {"term": 2, "vote": 3, "leader": None}), "state: term")

    def test_a_term_never_falls(self):
        self.refuses(voter().tick(1, term=0, vote=None), "state: term")

    def test_the_vote_survives_stepping_down_in_the_term(self):
        t = candidate().persisted(1)
        self.refuses(t.step(msg(2, 1, 1, "heartbeat", commit=0, round=0, match=0),
                            {"role": "follower", "leader": 2, "vote": None, "timer": 0}), "state: vote")

    def test_a_leader_without_a_majority_of_votes(self):
        self.refuses(candidate().persisted(1, role="leader", leader=1, last=[1, 1], appended=[NO_OP], peers=[peer(2, 0), peer(3, 0)]), "log")

    def test_the_own_vote_counts_when_durable(self):
        t = candidate().step(msg(2, 1, 1, "vote_reply", granted=True), {"role": "leader", "leader": 1, "last": [1, 1],
                             "peers": [peer(2, 0), peer(3, 0)]}, appended=[NO_OP])
        self.refuses(t, "log")

    def test_the_vote_of_a_learner_does_not_count(self):
        genesis = {"voters": [1, 2, 3], "learners": [4]}
        t = candidate(genesis=genesis).persisted(1)
        self.refuses(t.step(msg(4, 1, 1, "vote_reply", granted=True), {"role": "leader", "leader": 1, "last": [1, 1],
                     "peers": [peer(2, 0), peer(3, 0), peer(4, 0)]}, appended=[NO_OP]), "log")

    def test_a_leader_begins_with_a_no_op(self):
        t = candidate().persisted(1)
        self.refuses(t.step(msg(2, 1, 1, "vote_reply", granted=True),
                            {"role": "leader", "leader": 1, "peers": [peer(2, 0), peer(3, 0)]}), "one entry of its term")

    def test_an_election_before_its_time(self):
        self.refuses(Trace().start().tick(0, role="pre_candidate"), "before its time")

    def test_an_election_that_is_overdue(self):
        self.refuses(Trace().start().tick(1).tick(2).tick(3), "overdue")

    def test_an_observer_grants_nothing(self):
        t = Trace().start(options={"standing": "observer"}, standing="observer")
        self.refuses(t.step(msg(2, 1, 1, "vote_request", last=[0, 0], transfer=False), {"term": 1, "vote": 2, "timer": 0}), "state: vote")

    def test_a_recovering_node_votes_as_if_it_had_its_tail(self):
        t = Trace().start(term=1, log=[NO_OP], options={"standing": "recovering", "promised": [2, 1]}, standing="recovering", promised=[2, 1])
        self.refuses(t.step(msg(2, 1, 2, "vote_request", last=[1, 1], transfer=False), {"term": 2, "vote": 2, "timer": 0}), "state: vote")

    def test_mail_for_another_node_is_refused(self):
        self.refuses(Trace().start().step(msg(2, 3, 5, "heartbeat", commit=0, round=0, match=0), {"term": 5, "leader": 2}), "refused")


class Logs(ModelTest):
    def test_an_acknowledgement_beyond_what_was_proved(self):
        t = follower().step(append(2, 1, [1, 1], []), {"timer": 0})
        self.refuses(t.take(2, after=[accepted(2, 1, 2)]), "no input calls for")

    def test_an_acknowledgement_before_it_is_durable(self):
        t = follower()
        line = t.lines[-1]
        line["messages_now"], line["messages_after_persist"] = line["messages_after_persist"], []
        self.refuses(t, "durability")

    def test_an_append_without_its_predecessor(self):
        t = Trace().start()
        self.refuses(t.step(append(2, 1, [1, 1], [A]), {"term": 1, "leader": 2, "last": [2, 1], "timer": 0}, appended=[A]), "log")

    def test_a_cut_without_a_conflict(self):
        t = follower()
        self.refuses(t.step(append(2, 1, [0, 0], [NO_OP]), {"last": [1, 1], "timer": 0}, cut=2), "only a conflict cuts")

    def test_a_cut_below_commit(self):
        t = follower().persisted(1, durable=2).step(append(2, 1, [2, 1], [], commit=2), {"commit": 2})
        t.take(now=[accepted(2, 1, 2)])
        new = [2, 2, "no_op", "cc"]
        self.refuses(t.step(append(3, 2, [1, 1], [new]), {"term": 2, "leader": 3, "last": [2, 2], "durable": 1, "commit": 1}, cut=2, appended=[new]),
                     "")

    def test_the_same_bytes_for_an_index_and_term(self):
        self.refuses(follower().step(append(2, 1, [1, 1], [B]), {"timer": 0}), "log matching")

    def test_a_late_completion_vouches_for_nothing_that_was_replaced(self):
        t = follower()
        new = [2, 2, "no_op", "cc"]
        t.step(append(3, 2, [1, 1], [new]), {"term": 2, "leader": 3, "last": [2, 2], "timer": 0}, cut=2, appended=[new])
        self.refuses(t.persisted(1, durable=2), "state: durable")

    def test_a_commit_index_beyond_what_was_proved(self):
        t = follower()
        self.refuses(t.step(append(2, 1, [1, 1], [], commit=2), {"commit": 2}), "state: commit")

    def test_a_heartbeat_commits_no_more_than_match(self):
        self.refuses(follower().step(msg(2, 1, 1, "heartbeat", commit=2, round=0, match=1), {"commit": 2}), "state: commit")

    def test_a_follower_that_lost_what_it_acknowledged_stops(self):
        self.refuses(follower().step(append(2, 1, [2, 1], [], match=3), {"timer": 0}), "failed")

    def test_entries_are_handed_out_in_order_none_left_out(self):
        t = follower()
        t.lines[-1]["append"] = [A]
        self.refuses(t, "handed out once")

    def test_a_second_leader_of_the_term(self):
        self.refuses(follower().step(msg(3, 1, 1, "heartbeat", commit=0, round=0, match=0), {"leader": 3}), "second leader")


class Commit(ModelTest):
    def earlier_term(self):
        """Node 1 leads term 2 with an entry of term 1 below its no-op."""
        t = candidate(last=(1, 1), term=1, log=[NO_OP]).persisted(1)
        no_op = [2, 2, "no_op", "02"]
        t.step(msg(2, 1, 2, "vote_reply", granted=True), {"role": "leader", "leader": 1, "last": [2, 2], "peers": [peer(2, 0), peer(3, 0)]},
               appended=[no_op])
        return t.take(2, [no_op], role_change=told("leader", 2, 1))

    def test_copies_of_an_earlier_term_are_not_counted(self):
        t = self.earlier_term().step(accepted(1, 2, 1, sender=2), {"commit": 1, "peers": [peer(2, 1), peer(3, 0)]})
        self.refuses(t, "state: commit")

    def test_without_a_majority(self):
        self.refuses(leader().persisted(2, durable=1, commit=1), "state: commit")

    def test_the_own_copy_counts_when_durable(self):
        t = leader().step(accepted(1, 1, 1, sender=2), {"commit": 1, "peers": [peer(2, 1), peer(3, 0)]})
        self.refuses(t, "state: commit")

    def test_a_commit_that_is_due(self):
        t = leader().persisted(2, durable=1).step(accepted(1, 1, 1, sender=2), {"peers": [peer(2, 1), peer(3, 0)]})
        self.refuses(t, "state: commit")

    def test_an_observer_is_not_counted(self):
        t = leader().persisted(2, durable=1)
        self.refuses(t.step(dict(accepted(1, 1, 1, sender=2), observer=True), {"commit": 1, "peers": [peer(2, 1, observer=True), peer(3, 0)]}),
                     "state: commit")

    def test_a_learner_is_not_counted(self):
        t = Trace().start(genesis={"voters": [1, 2], "learners": [3]}).tick(1).tick(0, role="pre_candidate")
        t.take(now=[msg(1, 2, 1, "pre_vote_request", last=[0, 0])], role_change=told("pre_candidate", 0, None))
        t.step(msg(2, 1, 1, "pre_vote_reply", granted=True), {"term": 1, "vote": 1, "role": "candidate"})
        t.take(1, after=[msg(1, 2, 1, "vote_request", last=[0, 0], transfer=False)], hard_state={"term": 1, "vote": 1},
               role_change=told("candidate", 1, None)).persisted(1)
        t.step(msg(2, 1, 1, "vote_reply", granted=True), {"role": "leader", "leader": 1, "last": [1, 1], "peers": [peer(2, 0), peer(3, 0)]},
               appended=[NO_OP])
        t.take(2, [NO_OP], role_change=told("leader", 1, 1)).persisted(2, durable=1)
        self.refuses(t.step(accepted(1, 1, 1, sender=3), {"commit": 1, "peers": [peer(2, 0), peer(3, 1)]}), "state: commit")

    def test_match_does_not_rise_by_a_refusal(self):
        t = leader().step(msg(2, 1, 1, "append_reply", accepted=False, prev=1, hint=[1, 1], round=0), {"peers": [peer(2, 1), peer(3, 0)]})
        self.refuses(t, "match")

    def test_match_does_not_fall(self):
        self.refuses(committed().step(accepted(1, 1, 0, sender=2), {"peers": [peer(2, 0), peer(3, 0)]}), "match")

    def test_applied_is_committed(self):
        self.refuses(leader().add("applied", {"applied": 1}, index=1), "applied")

    def test_a_leader_without_a_majority_steps_down(self):
        t = committed()
        for _ in range(2):
            t.tick(0).take(now=[msg(1, n, 1, "heartbeat", commit=c, round=0, match=c) for n, c in ((2, 1), (3, 0))])
        self.refuses(t.tick(0), "check-quorum")


class Messages(ModelTest):
    def test_only_a_leader_sends_heartbeats(self):
        self.refuses(follower().take(now=[msg(1, 3, 1, "heartbeat", commit=0, round=0, match=0)]), "only the leader")

    def test_a_heartbeat_says_no_more_than_match(self):
        t = committed().take(now=[msg(1, 3, 1, "heartbeat", commit=1, round=0, match=0)])
        self.refuses(t, "min(commit, match)")

    def test_entries_sent_are_those_of_the_log(self):
        t = committed().take(now=[dict(append(1, 1, [0, 0], [[1, 1, "no_op", "ff"]], commit=1), **{"from": 1, "to": 3})])
        self.refuses(t, "stretch")

    def test_an_answer_is_owed(self):
        t = follower().step(msg(2, 1, 1, "heartbeat", commit=0, round=0, match=0), {"timer": 0})
        self.refuses(t.take(), "missing")

    def test_a_transfer_waits_for_the_whole_log(self):
        t = committed().add("transfer_leadership", target=3)
        self.refuses(t.take(now=[msg(1, 3, 1, "timeout_now")]), "transfer")


class Answers(ModelTest):
    def reading(self):
        beat = [msg(1, 2, 1, "heartbeat", commit=1, round=1, match=1), msg(1, 3, 1, "heartbeat", commit=0, round=1, match=0)]
        return committed().add("read_index", id=1).take(now=beat)

    def reply(self, round):
        return msg(2, 1, 1, "heartbeat_reply", round=round)

    def test_a_read_after_its_round(self):
        self.accepts(self.reading().step(self.reply(1)).take(reads=[{"id": 1, "confirmed": True, "index": 1}]))

    def test_a_read_without_its_round(self):
        self.refuses(self.reading().take(reads=[{"id": 1, "confirmed": True, "index": 1}]), "read")

    def test_a_read_confirmed_by_an_earlier_round(self):
        self.refuses(self.reading().step(self.reply(0)).take(reads=[{"id": 1, "confirmed": True, "index": 1}]), "round begun after it")

    def test_a_second_read_needs_its_own_round(self):
        t = self.reading().add("read_index", id=2).step(self.reply(1))
        self.refuses(t.take(reads=[{"id": n, "confirmed": True, "index": 1} for n in (1, 2)]), "round begun after it")

    def test_a_read_at_an_older_index(self):
        self.refuses(self.reading().step(self.reply(1)).take(reads=[{"id": 1, "confirmed": True, "index": 0}]), "read")

    def test_no_read_before_a_commit_of_the_own_term(self):
        t = leader().add("read_index", id=1).take(now=to_all("heartbeat", term=1, commit=0, round=1, match=0)).step(self.reply(1))
        self.refuses(t.take(reads=[{"id": 1, "confirmed": True, "index": 0}]), "read")

    def test_a_proposal_is_committed_only_when_it_is(self):
        t = committed().add("propose", {"last": [2, 1]}, position=[2, 1], appended=[A])
        self.refuses(t.take(3, [A], proposals=[{"position": [2, 1], "outcome": "committed"}]), "its end is true")

    def test_a_proposal_ends_as_unknown_only_after_its_time(self):
        t = committed().add("propose", {"last": [2, 1]}, position=[2, 1], appended=[A])
        self.refuses(t.take(3, [A], proposals=[{"position": [2, 1], "outcome": "unknown"}]), "its end is true")

    def test_a_read_is_answered_by_the_leader(self):
        t = follower().add("read_index", id=1).take(now=[msg(1, 2, 0, "read_request", id=7)])
        t.step(msg(3, 1, 1, "read_reply", id=7, confirmed=True, index=0))
        self.refuses(t.take(reads=[{"id": 1, "confirmed": True, "index": 0}]), "round begun after it")

    def test_only_a_leader_takes_proposals(self):
        self.refuses(follower().add("propose", {"last": [3, 1]}, position=[3, 1], appended=[[3, 1, "normal", "dd"]]), "only a leader")


class Members(ModelTest):
    def change(self, trace, voters, learners=()):
        new = {"voters": list(voters), "learners": list(learners)}
        last = trace.states[1]["last"][0] + 1
        entry = [last, 1, "configuration", "c0"]
        peers = [p for p in trace.states[1]["peers"]] + [peer(n, 0) for n in [*voters, *learners] if n > 3]
        return trace.add("propose_configuration", {"last": [last, 1], "configuration": new, "peers": peers}, configuration=new, forced=False,
                         position=[last, 1], appended=[entry], configurations=[[last, new]])

    def test_a_learner_is_added(self):
        self.accepts(self.change(committed(), [1, 2, 3], [4]))

    def test_nothing_before_a_commit_of_the_own_term(self):
        self.refuses(self.change(leader(), [1, 2, 3], [4]), "own term")

    def test_one_change_at_a_time(self):
        self.refuses(self.change(self.change(committed(), [1, 2, 3], [4]), [1, 2, 3], [4, 5]), "is committed")

    def test_one_voter_at_a_time(self):
        self.refuses(self.change(committed(), [1]), "one voter at a time")

    def test_a_new_voter_was_a_learner(self):
        self.refuses(self.change(committed(), [1, 2, 3, 4]), "was a learner")

    def test_the_newest_configuration_is_in_force(self):
        t = self.change(committed(), [1, 2, 3], [4])
        self.refuses(t.take(3, [t.lines[-1]["appended"][0]], state={"configuration": THREE}), "newest in the log")


class Closed(ModelTest):
    def one(self):
        t = Trace(True)
        for n in (1, 2, 3):
            t.start(n)
        return t

    def asked(self):
        """Node 2 asks node 1 for its vote, which node 1 has handed out and not yet confirmed."""
        t = self.one().tick(1, 2).tick(0, 2, role="pre_candidate")
        t.take(now=[msg(2, n, 1, "pre_vote_request", last=[0, 0]) for n in (1, 3)], role_change=told("pre_candidate", 0, None), node=2)
        t.step(msg(2, 1, 1, "pre_vote_request", last=[0, 0])).take(now=[msg(1, 2, 1, "pre_vote_reply", granted=True)])
        t.step(msg(1, 2, 1, "pre_vote_reply", granted=True), {"term": 1, "vote": 2, "role": "candidate"}, 2)
        ask = [msg(2, n, 1, "vote_request", last=[0, 0], transfer=False) for n in (1, 3)]
        t.take(1, after=ask, hard_state={"term": 1, "vote": 2}, role_change=told("candidate", 1, None), node=2)
        return t.step(ask[0], {"term": 1, "vote": 2, "timer": 0}).take(1, after=[GRANT], **VOTED)

    def test_an_election(self):
        self.accepts(self.asked())

    def test_what_arrives_was_sent(self):
        self.refuses(self.one().step(msg(2, 1, 1, "vote_request", last=[0, 0], transfer=False), {"term": 1, "vote": 2}), "handed out before")

    def test_a_crash_may_lose_what_nobody_saw(self):
        self.accepts(self.asked().start(1))

    def test_a_vote_that_was_heard_survives_a_crash(self):
        t = self.asked().persisted(1, node=2)
        t.step(GRANT, {"role": "leader", "leader": 2, "last": [1, 1], "peers": [peer(1, 0), peer(3, 0)]}, 2, appended=[NO_OP])
        self.accepts(t)
        self.refuses(t.start(1), "start")

    def test_what_was_confirmed_survives_a_crash(self):
        self.refuses(self.asked().persisted(1).start(1), "start")

    def test_a_disk_holds_nothing_that_was_not_written(self):
        self.refuses(self.asked().start(1, term=1, vote=3), "start")

    def test_the_state_machine_may_be_as_far_as_it_was_told_before_a_crash(self):
        alone = {"voters": [1], "learners": []}
        t = Trace(True).start(genesis=alone).tick(1).tick(0, role="candidate", term=1, vote=1)
        t.take(1, hard_state={"term": 1, "vote": 1}, role_change=told("candidate", 1, None))
        t.persisted(1, role="leader", leader=1, last=[1, 1], appended=[NO_OP], peers=[])
        t.take(2, [NO_OP], role_change=told("leader", 1, 1)).persisted(2, durable=1, commit=1)
        again = dict(term=1, vote=1, log=[NO_OP], applied=1, genesis=alone)
        self.refuses(copy.deepcopy(t).start(**again), "told to apply")
        self.accepts(t.take().start(**again))


if __name__ == "__main__":
    unittest.main()
