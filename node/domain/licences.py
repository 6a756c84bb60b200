"""Licences in plain words: which ones there are, what each allows, and how to credit a work.

A record's ``license`` is always an IRI. What nobody stated and what is reserved have IRIs too (RightsStatements.org),
so that neither is ever guessed from a missing value. The facts are those of the licence texts; "open" is meant as in
the Open Definition 2.1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

NOT_STATED = "http://rightsstatements.org/vocab/CNE/1.0/"
ALL_RIGHTS_RESERVED = "http://rightsstatements.org/vocab/InC/1.0/"
INTERNAL_TERMS = "https://w3id.org/rhizome#internal-terms"


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence allows (``derivatives``, ``commercial``) and asks for (``share_alike``, ``attribution``).

    ``iri`` is the one form of its address that comparisons use; ``known`` is False for terms that this table does not
    hold, of which nothing is assumed to be allowed.
    """

    iri: str
    short: str
    name: str
    open: bool = False
    derivatives: bool = False
    commercial: bool = False
    share_alike: bool = False
    attribution: bool = True
    known: bool = True


def _software(iri: str, short: str, name: str, *, share_alike: bool = False) -> Licence:
    return Licence(iri, short, name, open=True, derivatives=True, commercial=True, share_alike=share_alike)


_GNU = "https://www.gnu.org/licenses/"
_OPEN_SOURCE = "https://opensource.org/licenses/"
_FIXED: tuple[Licence, ...] = (
    Licence(NOT_STATED, "Not stated", "Licence not stated"),
    Licence(ALL_RIGHTS_RESERVED, "All rights reserved", "All rights reserved"),
    Licence(
        "http://rightsstatements.org/vocab/InC-EDU/1.0/", "Educational use", "In copyright, educational use permitted"
    ),
    Licence(
        "http://rightsstatements.org/vocab/InC-NC/1.0/",
        "Non-commercial use",
        "In copyright, non-commercial use permitted",
    ),
    Licence(
        "http://rightsstatements.org/vocab/NKC/1.0/",
        "No known copyright",
        "No known copyright",
        derivatives=True,
        commercial=True,
        attribution=False,
    ),
    Licence(INTERNAL_TERMS, "Internal", "Internal terms of the organisation"),
    Licence(
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "CC0 1.0",
        "Creative Commons Zero 1.0",
        open=True,
        derivatives=True,
        commercial=True,
        attribution=False,
    ),
    Licence(
        "https://creativecommons.org/publicdomain/mark/1.0/",
        "Public domain",
        "Public Domain Mark 1.0",
        open=True,
        derivatives=True,
        commercial=True,
        attribution=False,
    ),
    _software(f"{_GNU}gpl-2.0.html", "GPL 2", "GNU General Public License 2", share_alike=True),
    _software(f"{_GNU}gpl-3.0.html", "GPL 3", "GNU General Public License 3", share_alike=True),
    _software(f"{_GNU}lgpl-2.1.html", "LGPL 2.1", "GNU Lesser General Public License 2.1", share_alike=True),
    _software(f"{_GNU}lgpl-3.0.html", "LGPL 3", "GNU Lesser General Public License 3", share_alike=True),
    _software(f"{_GNU}agpl-3.0.html", "AGPL 3", "GNU Affero General Public License 3", share_alike=True),
    _software(f"{_GNU}fdl-1.3.html", "GFDL 1.3", "GNU Free Documentation License 1.3", share_alike=True),
    _software("https://www.apache.org/licenses/LICENSE-2.0", "Apache 2.0", "Apache License 2.0"),
    _software(f"{_OPEN_SOURCE}MIT", "MIT", "MIT License"),
    _software(f"{_OPEN_SOURCE}BSD-2-Clause", "BSD 2-Clause", "BSD 2-Clause License"),
    _software(f"{_OPEN_SOURCE}BSD-3-Clause", "BSD 3-Clause", "BSD 3-Clause License"),
    _software(f"{_OPEN_SOURCE}MPL-2.0", "MPL 2.0", "Mozilla Public License 2.0", share_alike=True),
    _software("https://opendatacommons.org/licenses/by/1-0/", "ODC-By 1.0", "Open Data Commons Attribution 1.0"),
    _software(
        "https://opendatacommons.org/licenses/odbl/1-0/", "ODbL 1.0", "Open Database License 1.0", share_alike=True
    ),
)

_CC_PARTS = {"by": "Attribution", "nc": "NonCommercial", "nd": "NoDerivatives", "sa": "ShareAlike"}
_CC_CODES = "by|by-sa|by-nc|by-nd|by-nc-sa|by-nc-nd"
_CC_IRI = re.compile(
    rf"creativecommons\.org/licen[sc]es/({_CC_CODES})/(\d\.\d)(?:/([a-z]{{2,4}}))?(?:/(?:deed|legalcode)(?:\.[a-z-]+)?)?",
    re.ASCII,
)
_PUBLIC_DOMAIN = re.compile(
    r"creativecommons\.org/publicdomain/(zero|mark)/1\.0(?:/(?:deed|legalcode)(?:\.[a-z-]+)?)?", re.ASCII
)
_SPDX = re.compile(r"spdx\.org/licenses/([a-z0-9.+-]+?)(?:\.html|\.json)?", re.ASCII)

_SUFFIXES = ("", " only", " or later")  # as SPDX names them

# How people write them; compared after _words().
_NAMES: Mapping[str, str] = {
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc zero": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc zero 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "pdm 1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "public domain": "https://creativecommons.org/publicdomain/mark/1.0/",
    "public domain mark 1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "all rights reserved": ALL_RIGHTS_RESERVED,
    "alle rechte vorbehalten": ALL_RIGHTS_RESERVED,
    "copyright": ALL_RIGHTS_RESERVED,
    "internal": INTERNAL_TERMS,
    "internal terms": INTERNAL_TERMS,
    "mit": f"{_OPEN_SOURCE}MIT",
    "apache 2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "bsd 2 clause": f"{_OPEN_SOURCE}BSD-2-Clause",
    "bsd 3 clause": f"{_OPEN_SOURCE}BSD-3-Clause",
    "mpl 2.0": f"{_OPEN_SOURCE}MPL-2.0",
    **{f"gpl {version}{suffix}": f"{_GNU}gpl-{version}.html" for version in ("2.0", "3.0") for suffix in _SUFFIXES},
    **{f"lgpl {version}{suffix}": f"{_GNU}lgpl-{version}.html" for version in ("2.1", "3.0") for suffix in _SUFFIXES},
    **{f"agpl 3.0{suffix}": f"{_GNU}agpl-3.0.html" for suffix in _SUFFIXES},
    **{f"gfdl 1.3{suffix}": f"{_GNU}fdl-1.3.html" for suffix in _SUFFIXES},
}
_SPELLINGS = (
    (re.compile(r"\bcreative commons\b"), "cc"),
    (re.compile(r"\battribution\b|\bnamensnennung\b"), "by"),
    (re.compile(r"\bnon ?commercial\b|\bnicht kommerziell\b"), "nc"),
    (re.compile(r"\bno ?deriv(?:ative)?s?(?: works)?\b|\bkeine bearbeitungen?\b"), "nd"),
    (re.compile(r"\bshare ?alike\b|\bweitergabe unter gleichen bedingungen\b"), "sa"),
    (re.compile(r"\b(?:license|licence|lizenz|international|unported|generic|version|the|gnu)\b"), ""),
)
_CC_NAME = re.compile(r"(?:cc )?(by(?: nc)?(?: nd| sa)?) (\d\.\d)(?: ([a-z]{2}))?", re.ASCII)


def describe(iri: str) -> Licence:
    """The licence behind an IRI in any of its spellings; unknown terms allow nothing and are named by their IRI.

    >>> describe("http://creativecommons.org/licenses/by-nc/4.0").short
    'CC BY-NC 4.0'
    """
    return _known(iri) or Licence(iri, _host(iri), iri, known=False)


def iri_of(text: str) -> str | None:
    """The IRI of a licence that somebody named in words or by its SPDX identifier; None where that is not certain.

    >>> iri_of("CC BY-SA 4.0"), iri_of("Creative Commons Attribution 4.0 International"), iri_of("cc by")
    ('https://creativecommons.org/licenses/by-sa/4.0/', 'https://creativecommons.org/licenses/by/4.0/', None)
    """
    if len(text) > 200:
        return None
    head, _, tail = text.partition("(")
    found = (_named(_words(part)) for part in (text, head, tail))
    return next((iri for iri in found if iri), None)


def _named(words: str) -> str | None:
    named = _CC_NAME.fullmatch(words)
    return _cc_iri(named[1].replace(" ", "-"), named[2], named[3]) if named else _NAMES.get(words)


def _host(iri: str) -> str:
    return re.sub(r"^[a-z]+://(?:www\.)?", "", iri, flags=re.IGNORECASE).partition("/")[0] or iri


def attribution_line(title: str, creators: Sequence[str], source: str, iri: str) -> str:
    """A line that credits a work (title, author, source, licence), ready to be copied."""
    licence = describe(iri)
    by = f" by {', '.join(creators)}" if creators else ""
    terms = f"licensed under {licence.short} ({iri})" if licence.known and licence.derivatives else licence.name
    return f"“{title}”{by}, {source}, {terms}"


@lru_cache(maxsize=1024)
def _known(iri: str) -> Licence | None:
    bare = re.sub(r"^https?://(?:www\.)?", "", iri.strip(), flags=re.IGNORECASE).rstrip("/")
    parts = _CC_IRI.fullmatch(bare.lower())
    if parts:
        return _creative_commons(parts[1], parts[2], parts[3])
    domain = _PUBLIC_DOMAIN.fullmatch(bare.lower())
    if domain:
        return _BY_ADDRESS[f"creativecommons.org/publicdomain/{domain[1]}/1.0"]
    named = _SPDX.fullmatch(bare.lower())
    if named:
        found = iri_of(named[1])
        return _known(found) if found else None
    return _BY_ADDRESS.get(bare.lower().removesuffix(".html").removesuffix(".txt").removesuffix(".en"))


def _creative_commons(code: str, version: str, place: str | None) -> Licence:
    parts = code.split("-")
    port = f" {place.upper()}" if place else ""
    return Licence(
        _cc_iri(code, version, place),
        f"CC {code.upper()} {version}{port}",
        f"Creative Commons {'-'.join(_CC_PARTS[part] for part in parts)} {version}{port}",
        open=not {"nc", "nd"} & set(parts),
        derivatives="nd" not in parts,
        commercial="nc" not in parts,
        share_alike="sa" in parts,
    )


def _cc_iri(code: str, version: str, place: str | None) -> str:
    return f"https://creativecommons.org/licenses/{code}/{version}/" + (f"{place}/" if place else "")


def _words(text: str) -> str:
    words = re.sub(r"[\s_,()-]+", " ", text.casefold())
    for pattern, word in _SPELLINGS:
        words = pattern.sub(word, words)
    return " ".join(words.split())


_BY_ADDRESS: Mapping[str, Licence] = {
    re.sub(r"^https?://(?:www\.)?", "", licence.iri).rstrip("/").removesuffix(".html").lower(): licence
    for licence in _FIXED
}
