import pytest
from hypothesis import given

from federation.mapping.activity import Activity, read_activity, wrapper_of
from federation.vocab import PUBLIC
from node.errors import Malformed
from tests.depth import examples
from tests.federation.mapping.test_jsonld import JSON
from tests.rows import each_row

ADA, BEN = "https://learn.uni.example/ap/a/ada", "https://lib.city.example/ap/a/ben"
FOLLOW = {"id": f"{BEN}/f/1", "type": "Follow", "actor": BEN, "object": ADA}
NOTE = {"id": f"{ADA}/o/1", "type": "Note", "attributedTo": ADA, "content": "Hi", "to": [PUBLIC]}


def activity(type_: str, object_: object = None, **more: object) -> dict[str, object]:
    return {"id": f"{ADA}/x/1", "type": type_, "actor": ADA, "object": object_, **more}


def test_an_object_that_is_an_address():
    read = read_activity(activity("Like", f"{BEN}/o/1", to="as:Public", cc=[BEN], target=ADA, instrument={"id": BEN}))
    assert (read.id, read.type, read.actor) == (f"{ADA}/x/1", "Like", ADA)
    assert (read.object_uri, read.object_uris, read.objects, read.inner) == (f"{BEN}/o/1", (f"{BEN}/o/1",), (), None)
    assert (read.to, read.cc, read.target_uri, read.instrument_uri) == ((PUBLIC,), (BEN,), ADA, BEN)


def test_an_object_that_is_embedded():
    read = read_activity(activity("Create", NOTE))
    assert (read.object_uri, read.objects, read.inner) == (NOTE["id"], (NOTE,), None)
    assert read.objects[0] is NOTE


def test_an_object_that_is_a_list():
    """GoToSocial sends several votes in one Create, Mastodon several posts in one Flag."""
    second = {**NOTE, "id": f"{ADA}/o/2"}
    read = read_activity(activity("Create", [NOTE, second, f"{ADA}/o/3"]))
    assert read.object_uri == NOTE["id"]
    assert read.object_uris == (NOTE["id"], second["id"], f"{ADA}/o/3")
    assert read.objects == (NOTE, second)


def test_an_object_that_is_an_activity():
    read = read_activity(activity("Undo", {**FOLLOW, "actor": {"id": BEN}}))
    assert read.inner == Activity(
        id=FOLLOW["id"],
        type="Follow",
        actor=BEN,
        object_uri=ADA,
        object_uris=(ADA,),
        raw={**FOLLOW, "actor": {"id": BEN}},
    )
    assert not read.is_wrapped


def test_activities_within_activities_are_read_three_deep():
    accept = activity("Accept", FOLLOW)
    announce = read_activity(activity("Announce", activity("Announce", activity("Undo", accept))))
    assert announce.is_wrapped
    assert announce.inner.inner.inner.type == "Accept"
    assert announce.inner.inner.inner.inner is None


def test_an_inner_activity_needs_an_actor_but_no_id():
    assert read_activity(activity("Undo", {"type": "Like", "actor": ADA, "object": BEN})).inner.object_uri == BEN
    assert read_activity(activity("Undo", {"type": "Like", "object": BEN})).inner is None


def test_a_boost_of_an_embedded_note_is_no_wrapped_activity():
    assert not read_activity(activity("Announce", NOTE)).is_wrapped


def test_the_embedded_object_is_handed_on_in_our_words():
    document = activity("Create", {"@id": NOTE["id"], "@type": ["as:Note"], "as:content": "Hi"})
    assert read_activity(document).objects == ({"id": NOTE["id"], "type": "Note", "content": "Hi"},)
    assert read_activity(document).raw is document


REFUSED = {
    "no object": [],
    "no id": {"type": "Like", "actor": ADA},
    "no type": {"id": ADA, "actor": ADA},
    "no actor": {"id": ADA, "type": "Like"},
    "id is a number": {"id": 7, "type": "Like", "actor": ADA},
    "id is no address": {"id": "tag:x", "type": "Like", "actor": ADA},
    "id is a script": {"id": "javascript:alert(1)", "type": "Like", "actor": ADA},
    "id is too long": {"id": f"{ADA}/{'x' * 2048}", "type": "Like", "actor": ADA},
    "actor is a text": {"id": ADA, "type": "Like", "actor": "Ada"},
    "actor without id": {"id": ADA, "type": "Like", "actor": {"type": "Person"}},
    "graph": {"id": ADA, "type": "Like", "actor": ADA, "@graph": []},
}


@each_row("document", REFUSED.values())
def test_refuses(document):
    with pytest.raises(Malformed):
        read_activity(document)


@examples(50)
@given(JSON)
def test_whatever_is_in_it_is_read_or_refused(value):
    for document in (value, activity("Create", value), activity("Undo", value, to=value, target=value)):
        try:
            read = read_activity(document)
        except Malformed:
            continue
        assert read.id
        assert read.actor
        assert read.object_uri is None or read.object_uri in read.object_uris


def test_a_fetched_object_can_be_wrapped():
    wrapper = wrapper_of({**NOTE, "to": "Public", "cc": BEN}, ADA)
    assert (wrapper.type, wrapper.actor, wrapper.object_uri) == ("Create", ADA, NOTE["id"])
    assert (wrapper.to, wrapper.cc) == ((PUBLIC,), (BEN,))
    assert wrapper.objects[0]["content"] == "Hi"
