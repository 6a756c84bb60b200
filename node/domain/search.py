"""Words as full-text search compares them, and what people type into a search box."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from node.domain.text import folded

MAX_QUERY = 400
MAX_TERMS = 12
MAX_WORD = 64
#: Words of one text that are indexed; a description of 200 KB repeats itself long before.
MAX_WORDS = 4_000

# -- words ----------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}
#: Scripts that put no spaces between words: Thai to Khmer, kana, Han.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
_ENDINGS = ("ern", "en", "er", "em", "es", "s", "e", "n")
_MIN_STEM = 4


def words(value: str, *, limit: int = MAX_WORDS) -> list[str]:
    """The words of a text as they are compared: folded, without marks on letters, without common endings.

    Scripts without spaces are cut into overlapping pairs of letters.

    >>> words("Phasendiagramme & Gießen: COVID-19")
    ['phasendiagramm', 'gies', 'covid', '19']
    >>> words("学習者")
    ['学習', '習者']
    """
    written = _runs(folded(value))
    is_usual = max(map(len, written), default=0) <= MAX_WORD  # else not remembered
    return list(islice(chain.from_iterable(map(_split if is_usual else _pieces, written)), limit))


def _runs(folded: str) -> list[str]:
    """Letters and digits that stand side by side; of ASCII alone in a fifth of the time."""
    return folded.translate(_GAPS).split() if folded.isascii() else _WORD.findall(folded)


@lru_cache(maxsize=4_096)  # nine words of ten in what people write
def _split(word: str) -> tuple[str, ...]:
    return tuple(_pieces(word))


def _pieces(word: str) -> Iterator[str]:
    if word.isascii():
        yield stem(word)[:MAX_WORD]
        return
    at = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > at:
            yield stem(word[at : run.start()])[:MAX_WORD]
        yield from _pairs(run[0])
        at = run.end()
    if at < len(word):
        yield stem(word[at:])[:MAX_WORD]


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    yield from (run[at : at + 2] for at in range(len(run) - 1))


def stem(word: str) -> str:
    """The word without the endings that number and case add in languages around us; four letters always stay.

    Coarse on purpose, and the same for every language: what a text and a query are both cut to, only has to be equal.

    >>> [stem(word) for word in ("diagrams", "diagramme", "courses", "course", "studies", "study", "19")]
    ['diagram', 'diagramm', 'cour', 'cour', 'studi', 'studi', '19']
    """
    if word.isdecimal():
        return word
    while True:
        ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _MIN_STEM), None)
        if ending is None:
            return f"{word[:-1]}i" if word.endswith("y") and len(word) > _MIN_STEM else word
        word = word[: -len(ending)]


NAME_LENGTH = 40
_NAME_WORDS = 12


def name_words(name: str) -> list[str]:
    """The words of a name as they are compared: folded, nothing is cut off their ends.

    >>> name_words("Ada_Lovelace (Gießen)")
    ['ada', 'lovelace', 'giessen']
    """
    return list(dict.fromkeys(word[:NAME_LENGTH] for word in _runs(folded(name))))[:_NAME_WORDS]


# -- what people type -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; with ``prefix`` the last one is only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: all of ``required``, none of ``excluded``. ``blank`` where nothing was typed at all."""

    required: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    blank: bool = True

    @property
    def is_hopeless(self) -> bool:
        """Something was typed and there is no word in it: nothing matches."""
        return not (self.blank or self.required or self.excluded)


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("\u2010\u2011\u2013\u2212", "-"))
_PIECE = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


def parse(typed: str) -> Query:
    """Read what somebody typed: ``phase "cooling curve" -casting alloy*``. Takes any text and never raises.

    >>> parse('phase "cooling curve" -casting al*')  # doctest: +NORMALIZE_WHITESPACE
    Query(required=(Term(words=('phas',), prefix=False), Term(words=('cooling', 'curv'), prefix=False),
                    Term(words=('al',), prefix=True)),
          excluded=(Term(words=('casting',), prefix=False),), blank=False)
    """
    required: list[Term] = []
    excluded: list[Term] = []
    for piece in _PIECE.finditer(typed[:MAX_QUERY].translate(_QUOTES)):
        if (term := _term(piece)) is not None:
            (excluded if piece["minus"] else required).append(term)
    return Query(tuple(required[:MAX_TERMS]), tuple(excluded[:MAX_TERMS]), blank=not typed.strip())


def _term(piece: re.Match[str]) -> Term | None:
    typed = piece["word"] or piece["phrase"] or ""
    found = words(typed, limit=MAX_TERMS)
    if not found:
        return None
    is_lone_letter = len(found) == 1 and _UNSPACED.fullmatch(found[0]) is not None and len(found[0]) == 1
    is_prefix = piece["word"] is not None and typed.endswith("*") and len(found[-1]) >= 2
    return Term(tuple(found), prefix=is_prefix or is_lone_letter)
