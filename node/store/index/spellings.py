"""How words are spelled in titles that everybody may read: what somebody meant who typed a word that is nowhere."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from node.domain.spelling import is_near, spelled_words, variants
from node.store.database.upsert import insert_missing
from node.store.tables import search_spellings

_INSERT = insert_missing(search_spellings)
_NEAR = select(search_spellings.c.folded, search_spellings.c.word).where(
    search_spellings.c.variant.in_(bindparam("variants", expanding=True))
)


def add(conn: Connection, titles: Sequence[str]) -> None:
    """Remember how the words of these titles are spelled; the first spelling of a word stays."""
    words = {folded: word for title in reversed(titles) for folded, word in spelled_words(title)}
    rows = [
        {"variant": each, "folded": folded, "word": word} for folded, word in words.items() for each in variants(folded)
    ]
    if rows:
        conn.execute(_INSERT[conn.dialect.name], sorted(rows, key=lambda row: (row["variant"], row["folded"])))


def suggest(conn: Connection, typed: str) -> str:
    """What was typed with words that are spelled like others in the place of those that are not; empty if all are.

    The words come from titles that everybody may read. Whoever shows it looks first whether it finds anything.
    """
    words = {word: folded for folded, word in spelled_words(typed)}
    wanted = {variant for folded in words.values() for variant in variants(folded)}
    if not wanted:
        return ""
    known = {row.folded: row.word for row in conn.execute(_NEAR, {"variants": list(wanted)})}
    told = typed.lower()
    for word, folded in words.items():
        near = sorted((abs(len(each) - len(folded)), each) for each in known if is_near(each, folded))
        if folded not in known and near:
            told = told.replace(word, known[near[0][1]])
    return told if told != typed.lower() else ""
