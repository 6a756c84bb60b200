"""The tables of REL9, and what holds for every number."""

import random

from hypothesis import given
from hypothesis import strategies as st

from node.clock import DAY, HOUR, MINUTE, SECOND
from node.errors import Blocked, NodeError, RemoteMalformed, RemoteRefused, RemoteUnavailable, Unavailable
from node.jobs import backoff
from node.jobs.backoff import Answer
from tests.rows import each_row

UNIT = st.floats(0, 1)

ANSWERS = {
    Answer.TAKEN: [200, 201, 202, 204],
    Answer.MISTRUSTED: [401, 403],
    Answer.GONE: [410],
    Answer.MISSING: [404],
    Answer.MOVED: [301, 302, 303, 307, 308],
    Answer.REFUSED: [400, 405, 406, 413, 415, 422, 501],
    Answer.ODD: [402, 407, 409, 411, 412, 414, 416, 417, 418, 421, 423, 424, 426, 428, 431, 451],
    Answer.LATER: [408, 425, 429, 500, 502, 503, 504, 507, 520, 599],
}


@each_row("status, answer", [(s, a) for a, statuses in ANSWERS.items() for s in statuses])
def test_each_status_means_what_the_rules_say(status, answer):
    assert backoff.read_status(status) is answer


@given(st.integers(100, 999))
def test_every_status_means_something(status):
    assert isinstance(backoff.read_status(status), Answer)


@each_row(
    "error, answer",
    [
        (RemoteUnavailable(), Answer.LATER),
        (RemoteMalformed(), Answer.LATER),
        (RemoteRefused(), Answer.REFUSED),
        (Blocked(), Answer.REFUSED),
        (Unavailable(), Answer.UNTRIED),
    ],
)
def test_each_error_means_what_the_rules_say(error, answer):
    assert backoff.read_error(error) is answer


def test_every_error_of_ours_means_something():
    def tree(cls):
        return {cls}.union(*map(tree, cls.__subclasses__()))

    assert all(isinstance(backoff.read_error(cls("x")), Answer) for cls in tree(NodeError))


@each_row(
    "status, has_retry_after, alive",
    [
        (202, False, True),
        (404, False, True),
        (429, True, True),
        (500, False, False),
        (503, False, False),
        (503, True, None),
        (501, False, None),
    ],
)
def test_an_answer_below_500_shows_a_living_host(status, has_retry_after, alive):
    assert backoff.is_alive(status, has_retry_after=has_retry_after) is alive


@given(st.integers(1, 10_000), UNIT)
def test_steps_double_from_five_seconds_to_twelve_hours_give_or_take_a_fifth(attempt, number):
    middle = 5 * SECOND if attempt == 1 else min(30 * SECOND * 2 ** min(attempt - 2, 30), 12 * HOUR)
    assert 0.8 * middle - 1 <= backoff.next_delay(attempt, random=lambda: number) <= 1.2 * middle + 1


@given(st.integers(1, 50), st.one_of(st.integers(-(10**9), 10**9)), UNIT)
def test_what_the_host_asks_for_replaces_the_step_within_limits(attempt, seconds, number):
    delay = backoff.next_delay(attempt, retry_after_seconds=seconds, random=lambda: number)
    assert delay == min(max(seconds, 1), 86_400) * SECOND
    assert delay <= backoff.LONGEST_WAIT


def test_tries_spread_over_ten_days():
    at, tries = 0, 0
    while at < backoff.lifetime("Create"):
        tries += 1
        at += backoff.next_delay(tries, random=random.Random(1).random)
    assert 25 <= tries <= 40


@each_row(
    "type_, days",
    [
        ("Create", 10),
        ("Like", 2),
        ("Announce", 2),
        ("View", 2),
        ("Delete", 14),
        ("Undo", 14),
        ("Block", 14),
        ("Move", 14),
    ],
)
def test_activities_live_as_long_as_they_matter(type_, days):
    assert backoff.lifetime(type_) == days * DAY


def test_a_host_is_probed_from_a_minute_doubling_to_an_hour():
    holds, hold = [], 0
    for _ in range(9):
        hold = backoff.next_hold(hold)
        holds.append(hold // MINUTE)
    assert holds == [1, 2, 4, 8, 16, 32, 60, 60, 60]
