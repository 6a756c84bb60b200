"""Records from a file or an answer: AMB JSON, schema.org JSON-LD or our own JSON; one object, an array, JSON Lines.

Which of them a document is, it says itself. One bad record never stops a run: each comes out with its position, its
id where it has one, and what is wrong with it.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from federation.catalogues.amb import is_amb, read_amb
from federation.catalogues.json_stream import MAX_RECORD_BYTES, Slice, records_of
from federation.catalogues.schema_org import is_schema_org, read_schema_org
from federation.mapping.reading import Reading, rejected, strictly
from federation.strictjson import read_object
from node.domain.text import clean_json
from node.errors import Malformed, Problem
from schemas import shown

# What our API tells about a record beside it, and what the node keeps itself: not part of what is imported.
_BESIDE = frozenset({"origin", "owner", "author", "grade", "warnings", "version", "digest", "created", "updated"})
_OUR_OWN = frozenset({"defaultLanguage", "kind", "visibility", "learningForm", "accessibility"})


def read_records(source: BinaryIO | bytes) -> Iterator[Reading]:
    """The records of a stream, each as a reading with its position; the stream is read piece by piece."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    position = 0
    for each in records_of(stream):
        for reading in _read_slice(each):
            position += 1
            yield reading.at(position)
    if position == 0:
        yield rejected(Problem("$", "at least one record", "nothing"))


def read_document(document: Mapping[str, Any]) -> Iterator[Reading]:
    """The records of one JSON object, in whichever of the formats it is written."""
    try:
        value = clean_json(dict(document))
    except Malformed as error:
        yield rejected(Problem("$", "a record of limited depth", error.public))
        return
    if is_amb(value):
        yield read_amb(value)
    elif is_schema_org(value):
        yield from read_schema_org(value)
    elif isinstance(value.get("name"), dict) or _OUR_OWN & value.keys():
        yield strictly({key: each for key, each in value.items() if key not in _BESIDE})
    else:
        identifier = value.get("id") if isinstance(value.get("id"), str) else None
        expected = 'the "@context" of AMB or schema.org, or a name with its languages such as {"en": "Title"}'
        yield rejected(Problem("$", expected, shown(value)), identifier=identifier)


def _read_slice(each: Slice) -> Iterator[Reading]:
    if each.data is None:
        yield rejected(Problem("$", f"a record of at most {MAX_RECORD_BYTES // 1024} KiB", "a larger one"))
        return
    try:
        document = read_object(each.data)
    except Malformed as error:
        yield rejected(Problem("$", "a JSON object", f"{shown(_start(each.data))} ({error.public.rstrip('.')})"))
        return
    if len(each.data) > MAX_RECORD_BYTES and "@graph" not in document:
        yield rejected(Problem("$", f"a record of at most {MAX_RECORD_BYTES // 1024} KiB", f"{len(each.data)} bytes"))
    else:
        yield from read_document(document)


def _start(data: bytes) -> str:
    return data[:40].decode(errors="replace").strip()
