"""The example, the schema and the dataclasses say the same, and its quick reader reads it as JSON Schema does."""

import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

import schemas
from node.config import Config, configure
from node.config.schema import fits, keys, render, toml
from node.config.settings import DevelopmentSettings, SecretsSettings
from tests.depth import examples
from tests.node.config.texts import KEY, MINIMAL, ROOT, load_text


def test_example_is_the_schema_as_text() -> None:
    assert (ROOT / "config.example.toml").read_text("utf-8") == render({})


def test_example_is_valid_and_shows_every_key_with_its_default(tmp_path: Path) -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
    shown = {f"{section}.{name}": value for section, part in example.items() for name, value in part.items()}
    assert list(shown) == list(keys())
    without_host = {path: key.schema.get("default") for path, key in keys().items() if path != "node.host"}
    assert {path: value for path, value in shown.items() if path != "node.host"} == without_host
    spoken = configure(example, file=tmp_path / "a.toml", secret_key=KEY)
    silent = configure({"node": {"host": "learn.example.org"}}, file=tmp_path / "a.toml", secret_key=KEY)
    assert spoken == silent


def test_every_key_is_described_and_has_a_field() -> None:
    sections = get_type_hints(Config)
    sections["development"] = DevelopmentSettings
    for key in keys().values():
        assert key.schema["description"].endswith(".")
        names = {field.name for field in fields(sections[key.section])}
        assert key.name in names, key.path
    for name, section in sections.items():
        if section not in {SecretsSettings, Path, tuple[str, ...]} and name != "switches":
            assert {field.name for field in fields(section)} == {k.name for k in keys().values() if k.section == name}


def test_settings_are_immutable_and_have_slots(folder: Path) -> None:
    config = load_text(folder, MINIMAL)
    for part in (config, config.node, config.database, config.secrets):
        assert not hasattr(part, "__dict__")


def test_every_form_of_a_text_is_told_in_words() -> None:
    """In words that go on after "expected", not in those that explain the key."""

    def told(schema: Any) -> list[str]:
        if not isinstance(schema, dict):
            return []
        inner = [word for part in schema.values() for word in told(part)]
        return [schema["description"], *inner] if "pattern" in schema else inner

    every = told(schemas.load("config"))
    assert len(every) > 10
    assert [words for words in every if words.endswith(".") or "Empty:" in words] == []


def test_schema_uses_only_keywords_that_the_quick_reader_knows() -> None:
    from node.config.schema import _RULES

    annotations = {
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "title",
        "description",
        "default",
        "examples",
        "additionalProperties",
    }

    def keywords(schema: dict[str, Any]) -> set[str]:
        found = set(schema)
        for part in [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]:
            found |= keywords(part)
        return found | keywords(schema["items"]) if "items" in schema else found

    def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
        inner = [each for part in schema.get("properties", {}).values() for each in objects(part)]
        return [schema, *inner] if schema.get("type") == "object" else inner

    document = schemas.load("config")
    assert keywords(document) <= set(_RULES) | annotations
    # The quick reader refuses unknown keys everywhere, so the schema has to.
    assert all(part["additionalProperties"] is False for part in objects(document))


_ENTRIES = st.lists(st.integers(0, 500) | st.sampled_from(["de", "x", "10.0.0.0/8"]), max_size=3)
_TEXTS = st.text(max_size=5) | st.sampled_from(["learn.example.org", "127.0.0.1:80", "10.0.0.0/8"])
_NUMBERS = st.integers(-3, 70000) | st.floats(allow_nan=False)
_ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | _NUMBERS | _TEXTS | _ENTRIES | st.just({"host": "a"}) | st.just({})
)


@st.composite
def _values(draw: st.DrawFn) -> dict[str, Any]:
    values: dict[str, Any] = {"node": {"host": "learn.example.org"}}
    for path in draw(st.lists(st.sampled_from([*keys(), "node.hots", "other.key"]), max_size=4)):
        section, _, name = path.partition(".")
        key = keys().get(path)
        good = [st.just(key.shown), *map(st.just, key.schema.get("enum", []))] if key else []
        values.setdefault(section, {})[name] = draw(st.one_of(*good, _ODD))
    if draw(st.integers(0, 9)) == 0:
        values[draw(st.sampled_from(["node", "jobs"]))] = draw(_ODD)
    return values


@examples(60)
@given(_values())
def test_quick_reader_agrees_with_json_schema(values: dict[str, Any]) -> None:
    assert fits(values) == (not schemas.check("config", values))


@examples(50)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_file(text: str) -> None:
    assert tomllib.loads(f"key = {toml(text)}") == {"key": text}


def test_rendered_values_come_back() -> None:
    values: dict[str, dict[str, Any]] = {
        "node": {"host": "a.test", "name": 'Haus "Nord" \\ Süd', "languages": ["de", "en"]},
        "jobs": {"inbox": 7},
    }
    document = tomllib.loads(render(values))
    assert json.dumps(document["node"]["name"]) == json.dumps(values["node"]["name"])
    assert document["node"]["languages"] == ["de", "en"]
    assert document["jobs"]["inbox"] == 7
