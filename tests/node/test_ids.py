"""Ids rise whatever the clock does (REL6), and say when they were minted."""

from node.clock import DAY, FixedClock
from node.ids import Ids, minted_at


def test_ids_rise_while_the_clock_jumps() -> None:
    clock = FixedClock()
    ids = Ids(clock)
    made = [ids.new()]
    for jump in (0, DAY, -DAY, -DAY, 0, 3 * DAY, -DAY):
        clock.advance(jump)
        made += [ids.new() for _ in range(3_000)]  # more than one millisecond has
    assert made == sorted(set(made))


def test_a_node_that_starts_behind_its_own_time_goes_on_after_what_is_stored() -> None:
    clock = FixedClock()
    clock.advance(DAY)
    last = Ids(clock).new()
    clock.advance(-DAY)
    assert Ids(clock, after=last).new() > last


def test_an_id_tells_its_time() -> None:
    clock = FixedClock()
    assert minted_at(Ids(clock, lane=7).new()) == clock.now()
