"""What a schema.org object says in words: texts in languages, licences, instants; and what was wrong with them."""

from collections.abc import Iterator
from typing import Any

from federation.mapping.schema_values import as_list, with_offset
from node.domain.licences import iri_of
from node.domain.text import has_markup, plain
from node.errors import Problem
from schemas.formats import is_iri, is_language_tag

_Json = dict[str, Any]


class Texts:
    """Reads the words of one object, and of its parts.

    ``language`` is that of plain strings; ``is_marked`` says that the object is one of ours, whose texts stay as they
    are. ``warnings`` grow with what had to be understood rather than read.
    """

    def __init__(self, language: str, *, is_marked: bool) -> None:
        self.language, self._is_marked = language, is_marked
        self.warnings: list[Problem] = []

    def texts(self, owner: _Json, key: str, map_key: str) -> _Json | None:
        """A text of a part in all its languages; taken out of it."""
        value, given = owner.pop(key, None), owner.pop(map_key, None)
        if isinstance(given, dict) and given:
            return given
        found: _Json = {}
        for tag, text in self.tagged(value):
            found.setdefault(tag, text if self._is_marked or not has_markup(text) else plain(text))
        return found or None

    def tagged(self, value: Any) -> Iterator[tuple[str, str]]:
        """Texts with their languages: of a string, a JSON-LD value, a table by language, or of a list of these."""
        for each in as_list(value):
            if isinstance(each, str):
                yield self.language, each
            elif isinstance(each, dict) and isinstance(each.get("@value"), str):
                yield str(each.get("@language") or self.language), each["@value"]
            elif isinstance(each, dict):
                yield from ((tag, text) for tag, text in each.items() if is_language_tag(tag) and isinstance(text, str))

    def text(self, value: Any) -> str | None:
        """The first text there is."""
        return next((text for _, text in self.tagged(value) if text), None)

    def licence(self, owner: _Json) -> str | None:
        """The licence as IRI; words that name none for certain stay as they were, as an extension."""
        given = as_list(owner.pop("license", None))
        for each in given:
            parts = [each.get("id"), each.get("url"), each.get("name")] if isinstance(each, dict) else [each]
            for part in (part for part in parts if isinstance(part, str)):
                if found := part if is_iri(part) else iri_of(part):
                    return found
        if given:
            owner["license"] = given[0]
            self._warn("$.license", "a licence that is known by this name, or its IRI", given[0])
        return None

    def instant(self, path: str, value: Any) -> Any:
        """Dates as they are; an instant without offset is read as UTC, with a warning."""
        fixed = with_offset(value)
        if fixed != value:
            self._warn(path, "an instant with its offset", value)
        return fixed

    def _warn(self, path: str, expected: str, found: Any) -> None:
        self.warnings.append(Problem(path, expected, str(found)[:60]))
