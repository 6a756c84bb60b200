"""What the node says to people in other languages: one gettext catalogue per language, ``de.po`` beside this file.

English sentences are the keys, so a page is readable in its template and code in its place. A catalogue is read when
a language is first spoken, up to 0.2 s for 1,800 sentences on a busy machine, so nothing has to be compiled and a
``.po`` file cannot disagree with what is shown. None is read when a node starts (see ``docs/adr/0016-languages.md``).
"""

import functools
import gettext
import io
from collections.abc import Iterable
from pathlib import Path

from node.sentences import Sentence

FOLDER = Path(__file__).parent
SOURCE = "en"  # the language that everything is written in


@functools.cache
def spoken() -> frozenset[str]:
    """The primary tags of all languages that the node speaks."""
    return frozenset({SOURCE, *(path.stem for path in FOLDER.glob("*.po"))})


@functools.cache
def catalogue(tag: str) -> gettext.NullTranslations:
    """The sentences of a language of :func:`spoken`; those of the source say themselves."""
    if tag not in spoken() or tag == SOURCE:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # late: see the module
    from babel.messages.pofile import read_po  # late: the same

    with (FOLDER / f"{tag}.po").open("rb") as file:
        read = read_po(file)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def first_spoken(tags: Iterable[str], default: str = SOURCE) -> str:
    """The first of some language tags (BCP 47) that the node speaks, by primary tag.

    >>> first_spoken(("", "fr-x-none", "de-AT", "en"))
    'de'
    """
    primary = (tag.partition("-")[0].strip().lower() for tag in tags)
    return next((tag for tag in primary if tag in spoken()), default)


def translate(sentence: Sentence, tag: str) -> str:
    """A sentence as plain text in a language of :func:`spoken`."""
    known, values = catalogue(tag), sentence.values
    if sentence.plural:
        found = known.ngettext(sentence.message, sentence.plural, values["n"])  # type: ignore[arg-type]  # an integer
    else:
        found = known.gettext(sentence.message)
    told = {name: translate(value, tag) if isinstance(value, Sentence) else value for name, value in values.items()}
    return found.format(**told) if values else found
