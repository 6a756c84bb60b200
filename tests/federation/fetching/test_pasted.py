"""Which address the ``Link`` header of a page names as the same thing in ActivityPub, if any."""

from federation.fetching.pasted import alternate_of
from tests.rows import each_row

PAGE = "https://a.example/r/x"
OBJECT = "https://a.example/ap/o/7"
SAYS_SO = 'rel="alternate"; type="application/activity+json"'


@each_row(
    "header, found",
    [
        (f"<{OBJECT}>; {SAYS_SO}", OBJECT),
        (f"</ap/o/7>;{SAYS_SO.replace('; ', ';')}", OBJECT),
        ("<../ap/o/7>; Type=application/activity+json; REL=alternate", OBJECT),
        (f'<{OBJECT}>; rel="nofollow Alternate"; title="a, b; c"; type="application/activity+json"', OBJECT),
        (
            f'<{OBJECT}>; rel=alternate; type="application/ld+json; profile=\\"https://www.w3.org/ns/activitystreams\\""',
            "",
        ),
        (f'</style.css>; rel=preload, <{PAGE}.json>; rel="alternate"; type="application/json", <{OBJECT}>; {SAYS_SO}',
         OBJECT),
        (f"<{OBJECT}>; rel=alternate", ""),
        (f'<{OBJECT}>; rel="canonical"; type="application/activity+json"', ""),
        (f"<https://b.example/ap/o/7>; {SAYS_SO}", ""),
        (f"<http://a.example/ap/o/7>; {SAYS_SO}", ""),
        (f"<javascript:alert(1)>; {SAYS_SO}", ""),
        (f"<//b.example/ap/o/7>; {SAYS_SO}", ""),
        (f"<http://[>; {SAYS_SO}", ""),
        ("<" * 100_000, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_page_speaks_for_its_own_host_alone(header, found):
    assert alternate_of(header, PAGE) == found
