"""The short way from the inbox to the worker: bounded, and each activity comes out once."""

from federation.applying.batch import Inbound
from federation.arriving.handover import Handover
from federation.mapping.activity import Activity
from node.clock import MINUTE


def inbound(number: int) -> Inbound:
    return Inbound(number, Activity(f"https://a.example/{number}", "Create", "https://a.example/u"), 1)


def test_what_was_put_comes_out_once_and_the_rest_is_left_to_the_store():
    handover = Handover()
    first = inbound(1)
    handover.put(first, 10)
    assert handover.take([1, 2]) == {1: first}
    assert handover.take([1]) == {}


def test_what_was_left_here_by_a_failure_or_another_process_is_not_on_its_way():
    handover = Handover()
    assert not handover.is_waiting(1)
    handover.put(inbound(1), 10)
    assert handover.is_waiting(1)
    assert not handover.is_waiting(MINUTE)


def test_a_flood_drops_the_oldest_and_room_is_given_back():
    handover = Handover(max_bytes=100)
    for number in range(5):
        handover.put(inbound(number), 40)
    assert sorted(handover.take(range(5))) == [3, 4]
    for number in range(2):
        handover.put(inbound(number), 50)
    assert sorted(handover.take(range(2))) == [0, 1]


def test_one_that_is_too_large_alone_is_left_to_the_store():
    handover = Handover(max_bytes=100)
    handover.put(inbound(1), 101)
    assert handover.take([1]) == {}
