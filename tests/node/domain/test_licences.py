"""Which licence an address or a name means, and what it allows."""

from node.domain.licences import (
    ALL_RIGHTS_RESERVED,
    INTERNAL_TERMS,
    NOT_STATED,
    attribution_line,
    describe,
    iri_of,
)
from tests.rows import each_row
from tests.shared import shared_data

BY = "https://creativecommons.org/licenses/by/4.0/"
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"
BY_ND = "https://creativecommons.org/licenses/by-nd/4.0/"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"


@each_row(
    "iri, short, abilities",
    [
        (CC0, "CC0 1.0", "odc"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "Public domain", "odc"),
        (BY, "CC BY 4.0", "odc-a"),
        (BY_SA, "CC BY-SA 4.0", "odcsa"),
        (BY_NC, "CC BY-NC 4.0", "d-a"),
        (BY_ND, "CC BY-ND 4.0", "c-a"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/de/", "CC BY-NC-SA 3.0 DE", "dsa"),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0", "a"),
        ("https://opensource.org/licenses/MIT", "MIT", "odc-a"),
        ("https://www.gnu.org/licenses/gpl-3.0.html", "GPL 3", "odcsa"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache 2.0", "odc-a"),
        (ALL_RIGHTS_RESERVED, "All rights reserved", "a"),
        (NOT_STATED, "Not stated", "a"),
        (INTERNAL_TERMS, "Internal", "a"),
        ("https://uni.example/terms", "uni.example", "a"),
    ],
)
def test_what_a_licence_allows(iri, short, abilities):
    """o open, d derivatives, c commercial, s share alike, a attribution."""
    found = describe(iri)
    flags = (found.open, found.derivatives, found.commercial, found.share_alike, found.attribution)
    assert (found.iri, found.short) == (iri, short)
    assert "".join(letter for letter, flag in zip("odcsa", flags, strict=True) if flag) == abilities.replace("-", "")


@each_row(
    "spelling, iri",
    [
        ("http://creativecommons.org/licenses/by/4.0", BY),
        ("https://www.creativecommons.org/licenses/by/4.0/deed.de", BY),
        ("https://creativecommons.org/licences/by/4.0/legalcode", BY),
        ("http://creativecommons.org/publicdomain/zero/1.0/deed.en", CC0),
        ("http://www.gnu.org/licenses/gpl-3.0.en.html", "https://www.gnu.org/licenses/gpl-3.0.html"),
        ("http://opensource.org/licenses/MIT", "https://opensource.org/licenses/MIT"),
        ("https://spdx.org/licenses/Apache-2.0.html", "https://www.apache.org/licenses/LICENSE-2.0"),
        ("https://spdx.org/licenses/GPL-3.0-or-later", "https://www.gnu.org/licenses/gpl-3.0.html"),
    ],
)
def test_every_spelling_of_an_address_is_one_licence(spelling, iri):
    assert describe(spelling).iri == iri


def test_published_pairs_of_spdx_and_creative_commons_agree():
    table = shared_data("catalogues/mappings/licenseSpdxUri.tsv").read_text(encoding="utf-8")
    pairs = [line.split() for line in table.splitlines() if line.strip()]
    wrong = {spdx for spdx, iri in pairs if describe(spdx).iri != describe(iri).iri}
    assert wrong == {"https://spdx.org/licenses/CC-BY-NC-ND-3.0-DE.html"}  # the table itself names another licence


@each_row(
    "name, iri",
    [
        ("CC BY 4.0", BY),
        ("cc-by-sa-4.0", BY_SA),
        ("Creative Commons Attribution 4.0 International", BY),
        ("Creative Commons Attribution-NonCommercial 4.0 International License (CC BY-NC 4.0)", BY_NC),
        ("Creative Commons Namensnennung - Keine Bearbeitungen 4.0", BY_ND),
        ("CC0", CC0),
        ("CC0 1.0 Universal", None),
        ("MIT License", "https://opensource.org/licenses/MIT"),
        ("GNU GPL 3.0", "https://www.gnu.org/licenses/gpl-3.0.html"),
        ("All rights reserved", ALL_RIGHTS_RESERVED),
        ("cc by", None),
        ("free", None),
        ("x" * 10_000, None),
    ],
)
def test_names_are_understood_only_where_they_are_certain(name, iri):
    assert iri_of(name) == iri


def test_unknown_terms_allow_nothing():
    found = describe("https://uni.example/terms")
    assert (found.known, found.open, found.derivatives, found.commercial) == (False,) * 4


def test_the_attribution_line_names_title_author_source_and_licence():
    line = attribution_line("Casting", ["Ada", "Ben"], "https://uni.example/r/1", BY)
    assert line == f"“Casting” by Ada, Ben, https://uni.example/r/1, licensed under CC BY 4.0 ({BY})"
    assert attribution_line("Casting", [], "https://uni.example/r/1", NOT_STATED).endswith("Licence not stated")
