"""What is asked of the index: one expression over lists of words, as each database writes it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from node.domain.search import Query, Term
from node.store.index.entries import LETTERS, Tier


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries are looked for: ``query``, one mark of each group, none of ``barred``; of one tier or of all."""

    query: Query
    marks: Sequence[Collection[str]] = field(default=())
    barred: Sequence[str] = field(default=())
    tier: Tier | None = None
    since: int = 0  # sort keys from here on
    until: int = 0  # and below here, where it is not 0

    @property
    def is_hopeless(self) -> bool:
        """Nothing can match: no word in what was typed, or nothing but exclusions, from nothing."""
        return self.query.is_hopeless or not (self.query.required or self.marks)

    def expression(self, dialect: str) -> str:
        """The whole as one FTS5 or tsquery expression; words are letters and digits, so nothing needs escaping."""
        write = _EXPRESSIONS[dialect]
        tier = self.tier or Tier.BODY
        wanted = [*(write.term(each, tier) for each in self.query.required), *map(write.any, self.marks)]
        unwanted = [*(write.term(each, Tier.BODY) for each in self.query.excluded), *map(write.word, self.barred)]
        if self.tier not in {None, Tier.TITLE}:
            unwanted.append(write.all([write.term(each, Tier(tier - 1)) for each in self.query.required]))
        return write.but(write.all(wanted), unwanted)


class _Fts5:
    """Expressions of SQLite's FTS5."""

    @staticmethod
    def word(word: str) -> str:
        return word

    @staticmethod
    def term(term: Term, tier: Tier) -> str:
        phrase = " ".join(LETTERS[tier] + word for word in term.words)
        return f'"{phrase}"{"*" if term.prefix else ""}'

    @staticmethod
    def any(parts: Collection[str]) -> str:
        return f"({' OR '.join(parts)})"

    @staticmethod
    def all(parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    @staticmethod
    def but(wanted: str, unwanted: Sequence[str]) -> str:
        return f"{wanted} NOT ({' OR '.join(unwanted)})" if unwanted else wanted


class _TsQuery:
    """Expressions of PostgreSQL's tsquery."""

    @staticmethod
    def word(word: str) -> str:
        return f"'{word}'"

    @staticmethod
    def term(term: Term, tier: Tier) -> str:
        phrase = " <-> ".join(f"'{LETTERS[tier]}{word}'" for word in term.words)
        return f"({phrase}{':*' if term.prefix else ''})"

    @staticmethod
    def any(parts: Collection[str]) -> str:
        return "(" + " | ".join(f"'{part}'" for part in parts) + ")"

    @staticmethod
    def all(parts: Sequence[str]) -> str:
        return f"({' & '.join(parts)})"

    @staticmethod
    def but(wanted: str, unwanted: Sequence[str]) -> str:
        return " & ".join((wanted, *(f"!({each})" for each in unwanted)))


_EXPRESSIONS: Mapping[str, type[_Fts5] | type[_TsQuery]] = MappingProxyType({"sqlite": _Fts5, "postgresql": _TsQuery})
