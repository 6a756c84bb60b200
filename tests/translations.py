"""Every sentence that the node says to people, and the catalogues of other languages: ``make messages``.

Sentences stand in templates as ``_("...")``, in Python as ``Sentence("...")``, in tables as ``sentences({...})``, as
first argument or docstring of an error. ``python -m tests.translations`` brings ``node/translations/*.po`` into step:
what is new comes in empty, what is gone goes; ``python -m tests.translations fr`` begins a language.
"""

import ast
import io
import re
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from node import errors
from node.translations import FOLDER, SOURCE, spoken

ROOT = Path(__file__).parents[1]
#: Errors from these are read by programs, or by operators at the command line, in English.
FOR_PROGRAMS = (
    "federation/catalogues",
    "federation/signatures/httpsig",
    "federation/mapping",
    "federation/serving",
    "federation/synchronisation/catalogue_collection.py",
    "federation/synchronisation/catalogue_reading.py",
    "federation/synchronisation/catalogue_sync.py",
    "federation/fetching/fetch.py",
    "federation/arriving/inbox.py",
    "federation/inline_contexts.py",
    "federation/jsonld.py",
    "federation/signatures/keypairs.py",
    "federation/signatures/keys.py",
    "federation/signatures/multikey.py",
    "federation/synchronisation/partner_sync.py",
    "federation/signatures/proofs.py",
    "federation/signatures/rotation.py",
    "federation/strictjson.py",
    "node/cli",
    "node/config",
    "node/demo",
    "node/guard.py",
    "node/services/house/backups.py",
    "node/services/house/copying.py",
    "node/services/people/filters.py",
    "node/services/news/push.py",
    "node/store",
    "node/webpush.py",
    "web/client_api",
    "web/learning_api",
    "web/streaming",
)
#: What Mastodon says in these words, which apps compare.
_FOR_APPS = ("Validation failed: ", "Record not found")
_SAYING = {"Sentence", "say", "_say"}
_ERRORS = frozenset(
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.NodeError)
)
#: Calls that say what stands in them.
MARKING = _SAYING | _ERRORS | {"sentences"}
_MARKS = re.compile(rf"\b(?:{'|'.join(sorted(MARKING))})\(")
Found = tuple[str, str]  # singular, plural or ""


@cache
def sentences_of_the_node() -> dict[Found, str]:
    """Every sentence with the file that it stands in first."""
    found: dict[Found, str] = {}
    for path in sorted(ROOT.glob("web/templates/**/*.html")):
        for sentence in _in_template(path):
            found.setdefault(sentence, path.relative_to(ROOT).as_posix())
    for path in _modules():
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        for sentence in _in_module(ast.parse(text), name) if _MARKS.search(text) else ():
            found.setdefault(sentence, name)
    return found


def _modules() -> Iterator[Path]:
    for package in ("federation", "node", "web"):
        yield from sorted((ROOT / package).rglob("*.py"))


def _in_template(path: Path) -> Iterator[Found]:
    for _, _, found in extract_from_ast(Environment().parse(path.read_text("utf-8")), ("_",)):
        said = [found] if isinstance(found, str) else [text for text in found or () if text is not None]
        if said:
            yield said[0], said[1] if len(said) > 1 else ""


def _in_module(tree: ast.Module, name: str) -> Iterator[Found]:
    is_for_programs = name.startswith(FOR_PROGRAMS)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(called) | ast.Attribute(attr=called), args=[first, *more]):
                if called in _SAYING:
                    yield from _said(first, *more)
                elif called == "sentences":
                    yield from ((text, "") for text in _values(first))
                elif called in _ERRORS and not is_for_programs:
                    yield from _said(first)
            case ast.ClassDef() if name == "node/errors.py" and node.name in _ERRORS:
                yield (ast.get_docstring(node) or "").splitlines()[0], ""


def _said(first: ast.expr, *more: ast.expr) -> Iterator[Found]:
    if isinstance(first, ast.IfExp):
        yield from _said(first.body)
        yield from _said(first.orelse)
    elif (text := _text(first)) and not text.startswith(_FOR_APPS):
        yield text, (_text(more[0]) if more else "")


def _values(table: ast.expr) -> Iterator[str]:
    assert isinstance(table, ast.Dict), "sentences() takes a table that is written out"
    yield from filter(None, map(_text, table.values))


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def read(tag: str) -> Catalog:
    """The catalogue of a language as it is stored."""
    return read_po(io.BytesIO((FOLDER / f"{tag}.po").read_bytes()), locale=tag)


def merged(old: Catalog) -> Catalog:
    """The same catalogue with exactly the sentences that there are now."""
    new = Catalog(locale=old.locale, fuzzy=False)
    known = {_key(message): message for message in old if message.id}
    for found in sorted(sentences_of_the_node()):
        before = known.get(found)
        one, many = found
        empty = ("",) * new.num_plurals if many else ""
        new.add((one, many) if many else one, before.string if before and before.string else empty)
    return new


def _key(message: Message) -> Found:
    return (message.id, "") if isinstance(message.id, str) else (message.id[0], message.id[1])


def written(catalogue: Catalog) -> bytes:
    """The file, in the order of its sentences and without dates, so that changes of several people join."""
    target = io.BytesIO()
    write_po(target, catalogue, omit_header=True, sort_output=True, width=118, no_location=True)
    plural = f"nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};"
    head = (
        f'# What Rhizome says to people. `make messages` brings this file into step with pages and code.\nmsgid ""\n'
        f'msgstr ""\n"Language: {catalogue.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {plural}\\n"\n\n'
    )
    return head.encode() + target.getvalue()


def fields(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def faults(catalogue: Catalog) -> list[str]:
    """What is wrong with a catalogue: sentences without a translation, or with other names in braces."""
    told = []
    for message in catalogue:
        if not message.id:
            continue
        one, many = _key(message)
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        if not all(forms):
            told.append(f"not translated: {one!r}")
        elif fields(one) | fields(many) != frozenset().union(*map(fields, forms)):
            told.append(f"other names in braces: {one!r}")
    return told


def main(tags: list[str]) -> int:
    """Bring the catalogues into step; the answer is the number of faults that are left."""
    left = []
    for tag in tags or sorted(spoken() - {SOURCE}):
        path = FOLDER / f"{tag}.po"
        new = merged(read(tag) if path.exists() else Catalog(locale=tag, creation_date=datetime.now(UTC)))
        path.write_bytes(written(new))
        left += [f"{path.name}: {fault}" for fault in faults(new)]
    sys.stdout.writelines(f"{each}\n" for each in left)
    return len(left)


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
