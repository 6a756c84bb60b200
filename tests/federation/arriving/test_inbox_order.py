"""What waits for what in the inbox: the key by which jobs are kept in order."""

import pytest

from federation.arriving.inbox import _order_of
from federation.mapping.activity import Activity, read_activity

A, B = "https://a.example/u/ada", "https://a.example/u/bob"
OURS = "https://node.example/ap/a/1"
NOTE = "https://a.example/notes/1"


def activity(type_: str, actor: str, object_: object) -> Activity:
    return read_activity({"id": f"{actor}/{type_}", "type": type_, "actor": actor, "object": object_})


def key(*what: object) -> str:
    return _order_of("a.example", activity(*what))


def test_what_is_said_of_one_object_is_in_order_whoever_says_it():
    note = {"id": NOTE, "type": "Note", "attributedTo": A}
    assert key("Create", A, note) == key("Update", A, note) == key("Delete", B, NOTE)


@pytest.mark.parametrize("type_", ["Follow", "Like", "Announce"])
def test_what_each_says_for_himself_waits_for_nobody_else(type_: str):
    assert key(type_, A, OURS) == key(type_, A, OURS)
    assert key(type_, A, OURS) != key(type_, B, OURS)
