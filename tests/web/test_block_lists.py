"""Block lists of others: read as they are written, shown before they are taken over, given away again."""

import aiohttp
import pytest

from node.domain.blocklists import Line, read_list, write_list
from node.domain.moderation import WITHOUT_MEDIA, DomainPolicy
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

MASTODON = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,true,true,"Spam, much",false
loud.example,silence,false,false,,false
quiet.example,silence,true,false,,false
pics.example,noop,true,false,,false
odd.example,noop,false,false,,false
"""


def test_lists_are_read_as_others_write_them() -> None:
    lines, problems = read_list(MASTODON)
    assert lines == [
        Line("bad.example", DomainPolicy.BLOCK, "Spam, much"),
        Line("loud.example", DomainPolicy.LIMIT),
        Line("quiet.example", DomainPolicy.LIMIT_MEDIA_FREE),
        Line("pics.example", DomainPolicy.MEDIA_FREE),
    ]
    assert problems == ['Line 6: "noop" has no counterpart here.']


@pytest.mark.parametrize(
    ("text", "domains", "wrong"),
    [
        ("bad.example\nBAD.example.\n\n# a remark\n", ["bad.example"], 0),
        ("https://bad.example/\n", [], 1),
        ("", [], 0),
        ("a.example\rb.example\r", ["a.example", "b.example"], 0),
        ("\ufeffa.example\r\n", ["a.example"], 0),
        ('a.example\n"b.example\n' + "c.example\n" * 20_000, ["a.example"], 1),
        ("x" * 500_000, [], 1),
        ("bad.example\0\n;b.example;\n*.c.example\n../d.example\n", [], 4),
    ],
)
def test_plain_lists_are_read_line_by_line(text, domains, wrong) -> None:
    lines, problems = read_list(text)
    assert [line.domain for line in lines] == domains
    assert len(problems) == wrong


def test_a_list_survives_the_way_out_and_back() -> None:
    lines = [
        Line("a.example", DomainPolicy.BLOCK, 'so, "so"'),
        Line("b.example", DomainPolicy.BLOCK, "=1+1"),
        *(Line(f"{each}.example", each) for each in WITHOUT_MEDIA),
    ]
    assert read_list(write_list([*lines, Line("c.example", DomainPolicy.ALLOW)])) == (lines, [])
    assert ",'=1+1," in write_list(lines)  # no spreadsheet runs it (HTM10)


async def test_a_list_is_shown_before_it_is_taken_over(site: Site) -> None:
    await site.set_up()
    path = "/admin/policies/import"
    csrf = await site.csrf(path)
    text = await site.post(path, 200, csrf=csrf, text=MASTODON)
    assert "4 domains would be treated differently" in text
    assert "bad.example" not in await site.get("/admin/policies.csv")
    assert "There is no domain in this list." in await site.post(path, 422, csrf=csrf, text=" ")
    text = await site.post(path, 422, csrf=csrf, text="not a domain", confirm="1")
    assert "no domain in this list" in text
    assert "not a domain</textarea>" in text
    file = aiohttp.FormData({"csrf": csrf, "text": ""})
    listed = b"\xef\xbb\xbf" + MASTODON.encode()
    file.add_field("file", listed, filename="list.csv", content_type="text/csv")
    async with site.browser.post(site.peer.origin + path, data=file) as answer:
        text = await answer.text()
    assert "4 domains would be treated differently" in text
    assert text.count("Limit, without media") == 1
    await site.post(path, csrf=csrf, text=MASTODON, confirm="1")
    exported = await site.get("/admin/policies.csv")
    assert 'bad.example,suspend,true,false,"Spam, much",false' in exported
    assert "change nothing" in await site.post(path, 200, csrf=csrf, text=exported)
