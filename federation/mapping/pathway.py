"""The steps of a pathway in words of schema.org, ``itemListElement``, and back.

Each ``ListItem`` names its target by address, as others expect it, or as an object where more is known that has to
survive the loss of its host. schema.org has no word for what one does in a step; ours begin with ``rz:``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from federation.mapping.entity_parts import reference_entity, without
from federation.mapping.schema_values import as_list, is_iri_text, present, texts_of
from node.domain.numbers import number_in
from node.domain.pathways import KIND, LIST, is_pathway

_Json = dict[str, Any]

ITEMS = "itemListElement"
ORDER = "itemListOrder"
ASCENDING = "https://schema.org/ItemListOrderAscending"
#: Keys of ``step`` -> words of a ListItem, where the value stays as it is.
_WORDS: Mapping[str, str] = {
    "key": "rz:key",
    "action": "rz:action",
    "timeRequired": "rz:timeRequired",
    "alternatives": "rz:alternatives",
}
_REQUIRED, _NOTE = "rz:required", "rz:note"


def to_steps(record: Mapping[str, Any]) -> _Json:
    """What a pathway has in the place of ``hasPart``; nothing for other records."""
    parts = record.get("hasPart", ())
    if not is_pathway(record) or not parts:
        return {}
    items = [_item(place, each) for place, each in enumerate(parts, 1)]
    return {"numberOfItems": len(items), ORDER: ASCENDING, ITEMS: items}


def _item(place: int, reference: Mapping[str, Any]) -> _Json:
    step = reference.get("step", {})
    target = reference_entity(without(reference, "name", "note", "step"))
    return {
        "type": "ListItem",
        "position": place,
        **present(
            item=(target["id"] if set(target) == {"id"} else target) if target else None,
            name=reference.get("name"),
        ),
        **{word: step[key] for key, word in _WORDS.items() if key in step},
        **({_NOTE: reference["note"]} if "note" in reference else {}),
        _REQUIRED: not step.get("optional", False),
    }


def read_steps(entity: _Json, read_reference: Callable[[Any], _Json | None]) -> _Json:
    """``hasPart`` from the list of an object, in its order, and ``kind`` where that is a pathway; taken out of it.

    Items are ListItems, things, addresses or words. Where the object has ``hasPart`` too, that is what counts.
    """
    if entity.get("hasPart") is not None or not entity.get(ITEMS):
        return {}
    items = as_list(entity.pop(ITEMS))
    entity.pop("numberOfItems", None)
    entity.pop(ORDER, None)
    placed = sorted(items, key=_position)  # stable: what has no position stays where it is
    return {"hasPart": [part for each in placed if (part := _read(each, read_reference))]}


def kind_of_list(types: Any) -> str | None:
    """The kind that the types of an object with a list mean, where they mean one."""
    named = set(texts_of(types))
    return KIND if LIST in named and "Collection" not in named else None


def _position(item: Any) -> int:
    place = item.get("position") if isinstance(item, dict) else None
    if isinstance(place, str):
        return number_in(place, digits=9) or 0
    return place if type(place) is int else 0


def _read(item: Any, read_reference: Callable[[Any], _Json | None]) -> _Json | None:
    if not isinstance(item, dict) or "ListItem" not in texts_of(item.get("type")):
        return read_reference(item)
    target = item.get("item")
    part = read_reference(target) or {}
    if "id" not in part and is_iri_text(address := item.get("url")):
        part["id"] = address
    name = item.get("name")
    step = present(
        **{key: item.get(word) for key, word in _WORDS.items()},
        optional=True if item.get(_REQUIRED) is False else None,
    )
    if "alternatives" in step:
        step["alternatives"] = texts_of(step["alternatives"])
    part |= present(name=name if isinstance(name, str) and name.strip() else None, note=item.get(_NOTE))
    return {**part, **({"step": step} if step else {})} if part else None
