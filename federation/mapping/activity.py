"""Activities: read from what peers send, built for what we send.

An activity's object may be an address, an object, another activity, or a list of any of these; all four are at hand
without asking which it was. Nothing here says that anything is true: who sent it is for ``federation.arriving.inbox``
to prove, and what an embedded copy claims for the handlers to check.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from federation import jsonld
from federation.jsonld import Doc
from federation.mapping.addressing import read_addresses
from federation.vocab import ACTIVITY_TYPES
from node.domain.uris import is_web_uri, same_origin
from node.errors import Malformed

_TELLING = frozenset({"Create", "Update"})
_MAX_EMBEDDED = 3  # Announce of an Undo of an Accept of a Follow


class Activity(NamedTuple):
    """One activity, read. Addresses are checked; empty or None where there is none."""

    id: str
    type: str
    actor: str
    object_uri: str | None = None  # the first object's
    object_uris: tuple[str, ...] = ()
    objects: tuple[dict[str, Any], ...] = ()  # those that are embedded, in our words
    inner: "Activity | None" = None  # the first embedded object, where that is an activity
    target_uri: str | None = None
    instrument_uri: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: str = ""
    published_at: int | None = None
    raw: Mapping[str, Any] = MappingProxyType({})  # as it came

    @property
    def own_id(self) -> str:
        """The id, where it is at home with the actor; of an embedded copy another one says nothing."""
        return self.id if same_origin(self.id, self.actor) else ""

    @property
    def is_bare(self) -> bool:
        """Whether what it makes or changes is named by its address alone."""
        return self.type in _TELLING and bool(self.object_uri) and not self.objects

    @property
    def is_wrapped(self) -> bool:
        """Whether it only passes another activity on: a community's Announce (FEP-1b12)."""
        return self.type == "Announce" and self.inner is not None


def read_activity(document: object) -> Activity:
    """The activity that a document is. Raises ``Malformed`` without a usable id, type and actor."""
    doc = jsonld.read(document)
    activity = _read(doc, depth=0)
    if not is_web_uri(activity.id):
        raise Malformed("The activity has no usable id.", detail=str(doc.value("id"))[:200])
    if not activity.type:
        raise Malformed("The activity has no type.")
    if not is_web_uri(activity.actor):
        raise Malformed("The activity has no usable actor.", detail=str(doc.value("actor"))[:200])
    return activity


def _read(doc: Doc, *, depth: int) -> Activity:
    embedded = doc.objects("object")
    uris = doc.refs("object")
    addresses = read_addresses(doc.refs("to"), doc.refs("cc"))
    return Activity(
        id=doc.id,
        type=next((name for name in doc.types if name in ACTIVITY_TYPES), doc.type),
        actor=doc.ref("actor"),
        object_uri=next(iter(uris), None),
        object_uris=uris,
        objects=tuple([each.document for each in embedded]),
        inner=_inner(embedded[0], depth=depth + 1) if embedded and depth < _MAX_EMBEDDED else None,
        target_uri=doc.ref("target") or None,
        instrument_uri=doc.ref("instrument") or None,
        to=addresses.to,
        cc=addresses.cc,
        audience=doc.ref("audience"),
        published_at=doc.time("published"),
        raw=doc.raw,
    )


def _inner(doc: Doc, *, depth: int) -> Activity | None:
    """The embedded activity; its id may be missing (some peers make up a new one for each Undo)."""
    if ACTIVITY_TYPES.isdisjoint(doc.types):
        return None
    found = _read(doc, depth=depth)
    return found if is_web_uri(found.actor) else None


def with_object(activity: Activity, document: dict[str, Any]) -> Activity:
    """The activity, about the object as its own host shows it.

    The two are read apart: in one document, the context of whoever sent the activity would say what words of the
    object mean, or that another object is meant.
    """
    doc = jsonld.read(document)
    return activity._replace(object_uri=doc.id, object_uris=(doc.id,), objects=(doc.document,), inner=None)


def wrapper_of(document: dict[str, Any], author_uri: str) -> Activity:
    """The Create that a fetched object would have arrived in: addressed as the object is, proven by its host."""
    doc = jsonld.read(document)
    addresses = read_addresses(doc.refs("to"), doc.refs("cc"))
    return Activity(
        id=doc.id,
        type="Create",
        actor=author_uri,
        object_uri=doc.id or None,
        object_uris=(doc.id,) if doc.id else (),
        objects=(doc.document,),
        to=addresses.to,
        cc=addresses.cc,
        audience=doc.ref("audience"),
        published_at=doc.time("published"),
        raw={"type": "Create", "actor": author_uri, "object": document},
    )
