"""How words are spelled in titles that everybody may read: what somebody meant who typed a word that is nowhere."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from node.domain.spelling import is_near, spelled_words, variants
from node.store.tables import search_spellings
from node.store.upsert import insert_missing

_INSERT = insert_missing(search_spellings)
_NEAR = select(search_spellings.c.stem, search_spellings.c.word).where(
    search_spellings.c.variant.in_(bindparam("variants", expanding=True))
)


def add(conn: Connection, titles: Sequence[str]) -> None:
    """Remember how the words of these titles are spelled; the first spelling of a word stays."""
    words = {stem: word for title in reversed(titles) for stem, word in spelled_words(title)}
    rows = [{"variant": each, "stem": stem, "word": word} for stem, word in words.items() for each in variants(stem)]
    if rows:
        conn.execute(_INSERT[conn.dialect.name], sorted(rows, key=lambda row: (row["variant"], row["stem"])))


def suggest(conn: Connection, typed: str) -> str:
    """What was typed with words that are spelled like others in the place of those that are not; empty if all are.

    The words come from titles that everybody may read. Whoever shows it looks first whether it finds anything.
    """
    words = {word: stem for stem, word in spelled_words(typed)}
    wanted = {variant for stem in words.values() for variant in variants(stem)}
    if not wanted:
        return ""
    known = {row.stem: row.word for row in conn.execute(_NEAR, {"variants": list(wanted)})}
    told = typed.lower()
    for word, stem in words.items():
        near = sorted((abs(len(each) - len(stem)), each) for each in known if is_near(each, stem))
        if stem not in known and near:
            told = told.replace(word, known[near[0][1]])
    return told if told != typed.lower() else ""
