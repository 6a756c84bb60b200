"""A copy of a document in our words says the same as the document, whatever words its context swaps."""

import random
from typing import Any

import orjson
import pytest

from federation.jsonld import Doc, read
from federation.mapping.activity import read_activity
from federation.mapping.post import read_post
from federation.terms import KNOWN_TERMS
from federation.vocab import AS, AS2
from node.errors import Malformed
from tests.depth import DEPTH

A, B = "https://a.example/1", "https://b.example/2"
OURS = ("actor", "attributedTo", "object", "content", "summary", "to", "inReplyTo", "replies", "tag")
THEIRS = ("x", "by", "p:content", "p:attributedTo", "q:to", "as:content", "schema:about", "http://schema.org/content")
IRIS = (
    *(f"{AS}{term}" for term in OURS),
    *("p:content", "q:actor", "@id", "@type", "@value", "https://x.example/ns#y", "schema:content"),
    None,
)
PREFIXES = {
    "p": (AS, "q:", "as:", "https://x.example/ns#"),
    "q": (AS, "r:", "p:", "schema:"),
    "r": (AS, "s:", "urn:x:"),
    "s": (AS, "https://y.example/"),
    "as": (AS, "https://evil.example/"),
    "schema": (AS, "http://schema.org#"),
    "urn": (AS,),
    "https": (AS,),
}


def context(chance: random.Random) -> list[Any]:
    terms = {chance.choice(OURS + THEIRS): chance.choice(IRIS) for _ in range(chance.randrange(5))}
    prefixes = {word: chance.choice(PREFIXES[word]) for word in chance.sample(sorted(PREFIXES), chance.randrange(5))}
    return [AS2, prefixes | {word: {"@id": iri} if chance.random() < 0.2 else iri for word, iri in terms.items()}]


def thing(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"{A}{depth}", "type": chance.choice(("Note", "p:Note", ["x", "as:Note"]))}
    if chance.random() < (0.8 if depth == 0 else 0.3):
        made["@context"] = context(chance)
    for key in chance.sample(OURS + THEIRS, 5):
        parts = (A, B, thing(chance, depth + 1)) if depth < 3 else (A, B)
        made[key] = chance.choice((*parts, [A, chance.choice(parts)], {"@list": [chance.choice(parts)]}))
    return made


def told(doc: Doc, depth: int = 4) -> Any:
    """All that readers ask a document for."""
    asked = (*OURS, "about", f"{AS}content", "https://x.example/ns#content", "x", "by")
    return doc.types and [
        (doc.id, next((each for each in doc.types if each in KNOWN_TERMS), doc.type)),
        [(doc.refs(term), doc.text(term), [told(part, depth - 1) for part in doc.objects(term)]) for term in asked],
    ]


def test_it_says_the_same_when_it_is_read_again():
    chance, read_well = random.Random(7), 0
    for _ in range(2_000 * DEPTH):
        document = thing(chance)
        try:
            doc = read(document)
        except Malformed:
            continue
        read_well += 1
        for again in (read(doc.document), read(read(doc.document).document)):
            assert told(again) == told(doc), document
    assert read_well > 500 * DEPTH


def test_no_two_readers_of_a_note_see_two_texts():
    note = {"@context": {"summary": f"{AS}content", "content": f"{AS}summary"}, "type": "Note", "id": A}
    note |= {"summary": "<p>Text</p>", "content": "Warning", "attributedTo": A, "to": [f"{AS}Public"]}
    said = read_activity({"type": "Create", "id": f"{A}/create", "actor": A, "object": note})
    assert said.objects[0]["content"] == "<p>Text</p>"
    post = read_post(said.objects[0], wrapper=said)
    assert (post.content_html, post.summary_html) == ("<p>Text</p>", "Warning")
    assert read(post.document).text("content") == "<p>Text</p>"


def test_a_prefix_makes_no_document_many_times_as_long():
    document = {"@context": {"p": f"https://x.example/{'y' * 100_000}#"}, "id": A, "type": "Note"}
    document |= {f"p:{number}": number for number in range(1_000)}
    assert len(orjson.dumps(read(document).document)) < 2 * len(orjson.dumps(document))


def test_contexts_of_parts_are_not_too_long_together():
    words = {f"word{number}": f"https://x.example/{number}" for number in range(300)}
    with pytest.raises(Malformed):
        read({"@context": words | {f"more{number}": A for number in range(300)}, "id": A})
    part = {"@context": {f"more{number}": A for number in range(300)}, "id": B}
    doc = read({"@context": words, "id": A, "object": part})
    assert doc.objects("object") == ()
    assert doc.refs("object") == (B,)
