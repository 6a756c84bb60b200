"""Licences in plain words, by the address that records name them with."""

import re
from collections.abc import Mapping

from web.pages.parts import Licence

_COPY = "Copy it and pass it on"
_CHANGE = "Change it and build on it"
_SELL = "Use it for anything, also to earn money"
_NAME = "Name the authors, link the licence and say what you changed"
_NAME_ONLY = "Name the authors and link the licence"
_ALIKE = "Share what you make of it under the same licence"
_NOTICE = "Keep the licence text and the copyright notice"
_SOURCE = "Give the source code along, under the same licence"

_CREATIVE_COMMONS: Mapping[str, Licence] = {
    "by": Licence(
        name="CC BY", summary="Free to use and change, with credit.", may=(_COPY, _CHANGE, _SELL), must=(_NAME,)
    ),
    "by-sa": Licence(
        name="CC BY-SA",
        summary="Free to use and change, with credit, as long as it stays free.",
        may=(_COPY, _CHANGE, _SELL),
        must=(_NAME, _ALIKE),
    ),
    "by-nd": Licence(
        name="CC BY-ND",
        summary="Free to use as it is, with credit.",
        may=(_COPY, _SELL),
        must=(_NAME_ONLY,),
        may_not=("Pass on changed versions",),
    ),
    "by-nc": Licence(
        name="CC BY-NC",
        summary="Free to use and change without earning money, with credit.",
        may=(_COPY, _CHANGE),
        must=(_NAME,),
        may_not=("Use it to earn money",),
    ),
    "by-nc-sa": Licence(
        name="CC BY-NC-SA",
        summary="Free to use and change without earning money, with credit, as long as it stays free.",
        may=(_COPY, _CHANGE),
        must=(_NAME, _ALIKE),
        may_not=("Use it to earn money",),
    ),
    "by-nc-nd": Licence(
        name="CC BY-NC-ND",
        summary="Free to use as it is without earning money, with credit.",
        may=(_COPY,),
        must=(_NAME_ONLY,),
        may_not=("Use it to earn money", "Pass on changed versions"),
    ),
    "zero": Licence(name="CC0", summary="Free of all conditions.", may=(_COPY, _CHANGE, _SELL)),
    "mark": Licence(
        name="Public domain", summary="No longer protected: free for everyone.", may=(_COPY, _CHANGE, _SELL)
    ),
}

_ALL = (_COPY, _CHANGE, _SELL)
_SOFTWARE: Mapping[str, Licence] = {
    "agpl": Licence(name="GNU AGPL", summary="Free software, also on servers.", may=_ALL, must=(_SOURCE,)),
    "lgpl": Licence(name="GNU LGPL", summary="Free software; its own parts stay free.", may=_ALL, must=(_SOURCE,)),
    "gpl": Licence(name="GNU GPL", summary="Free software that stays free.", may=_ALL, must=(_SOURCE,)),
    "fdl": Licence(name="GNU FDL", summary="A free text that stays free.", may=_ALL, must=(_NAME, _ALIKE)),
    "apache": Licence(name="Apache License", summary="Free to use and change.", may=_ALL, must=(_NOTICE,)),
    "mit": Licence(name="MIT License", summary="Free to use and change.", may=_ALL, must=(_NOTICE,)),
    "bsd": Licence(name="BSD License", summary="Free to use and change.", may=_ALL, must=(_NOTICE,)),
}

_CC_ADDRESS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/([a-z-]{2,8})/?(\d\.\d)?", re.ASCII
)
_SOFTWARE_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?:spdx\.org/licenses|opensource\.org/licenses?|gnu\.org/(?:licenses|copyleft)|apache\.org/licenses)"
    r"/(?:license-|old-licenses/)?([a-z]{2,8})?",
    re.ASCII | re.IGNORECASE,
)
_RESERVED = Licence(
    name="All rights reserved",
    summary="You may look at it here; ask the authors before you do anything else with it.",
)


def licence_in_words(value: str) -> Licence:
    """What a record's licence (an address, or words such as "all rights reserved") lets people do.

    A licence that we do not know is named by its address and promises nothing.

    >>> licence_in_words("https://creativecommons.org/licenses/by-sa/4.0/").name
    'CC BY-SA 4.0'
    """
    if found := _CC_ADDRESS.match(value):
        return _named(_CREATIVE_COMMONS.get(found[1]), value, found[2] or "")
    if not value.startswith(("http://", "https://")):
        return _RESERVED if value.casefold() in {"", "all rights reserved"} else Licence(name=value)
    found = _SOFTWARE_ADDRESS.match(value)
    mark = (found[1] or "apache").casefold() if found else ""
    return _named(_SOFTWARE.get(mark), value, "")


def _named(licence: Licence | None, url: str, version: str) -> Licence:
    if licence is None:
        return Licence(name=url.partition("://")[2].rstrip("/"), url=url)
    name = f"{licence.name} {version}" if version and licence.name.startswith("CC") else licence.name
    return Licence(
        name=name, url=url, summary=licence.summary, may=licence.may, must=licence.must, may_not=licence.may_not
    )
