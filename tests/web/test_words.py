"""How values are told: languages, times, sizes, licences."""

import pickle

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from node.clock import DAY, HOUR, MINUTE
from node.domain.licences import ALL_RIGHTS_RESERVED, INTERNAL_TERMS
from node.errors import Invalid
from node.jobs import kinds
from node.sentences import Sentence
from node.translations import spoken
from tests.depth import examples
from tests.rows import each_row
from web.design import terms, words
from web.design.languages import LANGUAGES
from web.design.licences import licence_in_words
from web.design.words import Words
from web.language import Language, choose

NOW = 1_793_000_000_000  # 26 October 2026, 07:33:20 UTC
TOLD = Words(Language())
GERMAN = Language("de")


def test_every_kind_of_work_has_a_name():
    named = {value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}
    assert named == terms.WORK.keys()
    assert TOLD.work("of-tomorrow") == "of-tomorrow"


def test_a_sentence_is_said_in_the_language_or_in_english():
    assert GERMAN.say("{n} resource", "{n} resources", n=1) == "1 Material"
    assert GERMAN.say("{n} resource", "{n} resources", n=1234567) == "1.234.567 Materialien"
    assert GERMAN.say("Nobody has said this yet") == "Nobody has said this yet"


def test_a_sentence_passes_through_code_in_english_and_is_said_in_the_language_of_the_page():
    waited = Sentence("The last verified backup is {span} old.", span=Sentence("{n} day", "{n} days", n=3))
    assert waited == "The last verified backup is 3 days old."
    assert GERMAN.say(waited) == GERMAN.show(waited) == "Die letzte geprüfte Sicherung ist 3 Tage alt."
    assert GERMAN.show("Saved.") == "Saved.", "words of people are no sentences of ours"
    assert pickle.loads(pickle.dumps(waited)).values == waited.values
    assert Invalid("A post needs some text.").public.message == "A post needs some text."


def test_dates_numbers_and_names_are_told_as_the_language_does():
    told = Words(GERMAN)
    assert told.day("2026-03-05").striptags() == "5. März 2026"
    assert told.time(NOW).striptags() == "26. Oktober 2026, 07:33 Uhr UTC"
    assert told.ago(NOW - 2 * DAY, NOW).striptags() == "vor 2 Tagen"
    assert told.size(2_400_000) == "2,4\N{NO-BREAK SPACE}MB"
    assert told.duration("PT1H30M").striptags() == "1 Std. 30 Min."
    assert told.language_name("nds") == "Niederdeutsch"
    assert GERMAN.number(1234.5) == "1.234,5"


def test_every_language_that_people_choose_has_a_name_in_german():
    """Where the CLDR has none, we do."""
    named = {tag: GERMAN.show(name) for tag, name in LANGUAGES.items()}
    assert (named["gsg"], named["ase"]) == ("Deutsche Gebärdensprache", "Amerikanische Gebärdensprache")
    assert [name for name in named.values() if "Language" in str(name)] == []
    assert Language().show(LANGUAGES["gsg"]) == "German Sign Language"


def test_values_in_a_sentence_are_escaped_unless_they_are_markup():
    assert Language().say("By {name}", name="<b>") == "By &lt;b&gt;"
    assert Language().say("By {name}", name=Markup("<b>Ann</b>")) == "By <b>Ann</b>"


@given(st.text(max_size=200))
@examples(50)
def test_any_accept_language_header_chooses_a_language_that_exists(header):
    assert choose(header) in spoken()


@each_row(
    "value, shown",
    [
        ("2026", "2026"),
        ("2026-03", "March 2026"),
        ("2026-03-05", "5 March 2026"),
        ("2026-03-05T23:30:00-02:00", "6 March 2026"),
        (NOW, "26 October 2026"),
        ("2026-13-01", "2026-13-01"),
        ("soon <b>", "soon &lt;b&gt;"),
    ],
)
def test_days_are_told_as_exactly_as_they_are_known(value, shown):
    assert TOLD.day(value).removesuffix("</time>").rpartition('">')[2] == shown


@each_row(
    "age, shown",
    [
        (0, "just now"),
        (59_999, "just now"),
        (MINUTE, "1 minute ago"),
        (90 * MINUTE, "1 hour ago"),
        (47 * HOUR, "1 day ago"),
        (29 * DAY, "29 days ago"),
        (30 * DAY, "26 September 2026"),
        (-DAY, "27 October 2026"),
    ],
)
def test_ages_are_told_coarsely(age, shown):
    assert TOLD.ago(NOW - age, NOW).striptags() == shown


def test_a_span_names_its_day_once():
    assert TOLD.span(NOW, NOW + HOUR).striptags() == "26 October 2026, 07:33 \N{EN DASH} 08:33 UTC"
    assert TOLD.span(NOW, NOW + DAY).count("2026") == 4
    assert TOLD.span(NOW) == TOLD.time(NOW)


@each_row(
    "value, shown",
    [
        ("PT25M", "25 min"),
        ("PT1H30M", "1 h 30 min"),
        ("P6W", "6 weeks"),
        ("P1DT2H", "1 day 2 h"),
        ("PT1.5S", "1 s"),
        ("PT0S", "PT0S"),
        ("P", "P"),
        ("an hour", "an hour"),
        ("PT9999999M", "PT9999999M"),
    ],
)
def test_durations_are_told_in_words(value, shown):
    assert TOLD.duration(value).striptags() == shown


@each_row(
    "count, shown",
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (240_100, "240 kB"), (12_400_000_000, "12 GB"), (5e15, "5,000 TB")],
)
def test_sizes_are_told_to_two_digits(count, shown):
    assert TOLD.size(int(count)).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_what_nobody_has_named_keeps_its_own_name():
    assert TOLD.kind("mystery") == "Resource"
    assert TOLD.language_name("de-AT") == "German"
    assert TOLD.language_name("x-klingon<") == "x-klingon&lt;"
    assert TOLD.media("application/x-unheard; q=1") == "application/x-unheard"
    assert TOLD.media("video/mp4") == "Video"
    assert TOLD.term("captions") == "Captions"
    assert TOLD.term("smellOMeter") == "smellOMeter"


@given(st.text(max_size=40))
@examples(50)
def test_no_text_breaks_a_filter(value):
    for tell in (TOLD.day, TOLD.duration, TOLD.language_name, TOLD.media, TOLD.term, TOLD.kind):
        assert "<script" not in tell(value)
    assert 1 <= len(words.initials(value)) <= 6
    assert 1 <= words.tint(value) <= 6


@each_row(
    "address, name, may, may_not",
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0", 3, 0),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/de/", "CC BY-NC-SA 3.0 DE", 2, 1),
        ("https://creativecommons.org/licenses/by-nd/4.0/deed.de", "CC BY-ND 4.0", 2, 1),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0", 1, 2),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0", 3, 0),
        ("https://www.gnu.org/licenses/agpl-3.0.html", "AGPL 3", 3, 0),
        ("https://mitarbeiter.example/licenses/by/4.0/", "mitarbeiter.example", 0, 0),
        (ALL_RIGHTS_RESERVED, "All rights reserved", 0, 0),
        (INTERNAL_TERMS, "Internal", 0, 0),
    ],
)
def test_licences_promise_only_what_they_say(address, name, may, may_not):
    licence = licence_in_words(address)
    assert (licence.name, len(licence.may), len(licence.may_not)) == (name, may, may_not)
    assert licence.summary
