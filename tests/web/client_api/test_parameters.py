"""What requests ask for, in every form that clients send."""

import aiohttp
import pytest
from aiohttp import web

from node.errors import Invalid, Malformed
from tests.rows import each_row
from web.client_api.answers import answer
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import Parameters, nest, read_parameters

# The same wish: a poll, two media, a field, flags.
WISH = {
    "status": "hi",
    "sensitive": True,
    "media_ids": ["1", "2"],
    "poll": {"options": ["a", "b"], "expires_in": 300},
    "fields_attributes": {"0": {"name": "n", "value": "v"}},
}
FORM = [
    ("status", "hi"),
    ("sensitive", "on"),
    ("media_ids[]", "1"),
    ("media_ids[]", "2"),
    ("poll[options][]", "a"),
    ("poll[options][]", "b"),
    ("poll[expires_in]", "300"),
    ("fields_attributes[0][name]", "n"),
    ("fields_attributes[0][value]", "v"),
]


def told(sent: Parameters) -> dict[str, object]:
    return {
        "status": sent.text("status"),
        "sensitive": sent.flag("sensitive"),
        "media": sent.identifiers("media_ids"),
        "options": sent.table("poll").texts("options"),
        "expires": sent.table("poll").number("expires_in"),
        "fields": [(field.text("name"), field.text("value")) for field in sent.tables("fields_attributes")],
    }


EXPECTED = {
    "status": "hi",
    "sensitive": True,
    "media": [1, 2],
    "options": ["a", "b"],
    "expires": 300,
    "fields": [("n", "v")],
}


async def echo(request: web.Request) -> web.Response:
    return answer(told(await read_parameters(request)))


@pytest.fixture
async def client(aiohttp_client):
    app = web.Application()
    app.add_routes([web.post("/", echo)])
    return await aiohttp_client(app)


def multipart() -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in FORM:
        form.add_field(name, value)
    return form


@pytest.mark.parametrize(
    "sent",
    [{"json": WISH}, {"data": FORM}, {"data": multipart}, {"params": FORM}],
    ids=["json", "form", "parts", "query"],
)
async def test_all_forms_say_the_same(client, sent):
    made = {name: value() if callable(value) else value for name, value in sent.items()}
    response = await client.post("/", **made)
    assert await response.json() == {**EXPECTED, "fields": [["n", "v"]]}


@each_row(
    "value, expected",
    [("true", True), ("1", True), (1, True), ("on", True), (True, True), ("false", False), (0, False), ("", False)],
)
def test_flags_are_read_as_clients_write_them(value, expected):
    assert Parameters({"flag": value}).flag("flag") is expected


def test_lists_of_nothing_in_forms_are_empty():
    sent = Parameters(nest([("media_ids[]", ""), ("options[]", "a"), ("options[]", ""), ("contexts", "")]))
    assert [sent.texts(name) for name in ("media_ids", "options", "contexts", "others")] == [[], ["a"], [], []]
    assert sent.has("media_ids"), "it was sent, so it is to be emptied"


@each_row("value", [3600, "3600", " 3600 ", 3600.0])
def test_whole_numbers_are_read_as_clients_write_them(value):
    assert Parameters({"expires_in": value}).number("expires_in") == 3600


@each_row("sent, expected", [("pt_BR", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"), ("", ""), (None, None)])
def test_languages_are_read_as_clients_write_them(sent, expected):
    assert Parameters({"language": sent}).language("language") == expected


@each_row(
    "tree, read",
    [
        ({"limit": "ten"}, lambda sent: sent.number("limit")),
        ({"flag": "perhaps"}, lambda sent: sent.flag("flag")),
        ({"limit": 1.5}, lambda sent: sent.number("limit")),
        ({"language": "<p>"}, lambda sent: sent.language("language")),
        ({"language": "x" * 36}, lambda sent: sent.language("language")),
        ({"status": {"a": "b"}}, lambda sent: sent.text("status")),
        ({"poll": "a"}, lambda sent: sent.table("poll")),
        ({"fields": ["a"]}, lambda sent: sent.tables("fields")),
        ({"file": "text"}, lambda sent: sent.file("file")),
    ],
)
def test_a_wrong_shape_is_told_with_its_path(tree, read):
    with pytest.raises(Invalid) as caught:
        read(Parameters(tree))
    assert caught.value.problems[0].path.startswith("$.")


@each_row(
    "pairs",
    [
        [(f"a{number}", "1") for number in range(1_001)],
        [("a[b][c][d][e]", "1")],
        [("a[b]", "1"), ("a[]", "2")],
        [("a[]", "1"), ("a[b]", "2")],
    ],
)
def test_forms_that_cannot_be_meant_are_refused(pairs):
    with pytest.raises(Malformed):
        nest(pairs)


def test_ids_keep_their_order_and_come_once():
    assert Parameters({"id": ["3", "1", "3", "x"]}).identifiers("id") == [3, 1, 0]


@each_row("sent", [[{"a": 1}], {"0": {"a": 1}}, [["x"]], [True]])
def test_lists_of_anything_else_are_refused(sent):
    """API6."""
    with pytest.raises(Invalid):
        Parameters({"media_ids": sent}).identifiers("media_ids")


@each_row("sent, limit", [("5", 5), ("0", 20), ("-1", 20), ("x", 20), ("999", 40), ("", 20)])
def test_limits_are_clamped_and_never_refused(sent, limit):
    assert read_window(Parameters({"limit": sent})).limit == limit


@each_row("sent, cursor", [("9" * 19, (1 << 63) - 1), ("9" * 40, (1 << 63) - 1), ("-1", 0), ("12", 12), ("", None)])
def test_cursors_out_of_range_are_only_compared(sent, cursor):
    assert read_window(Parameters({"max_id": sent})).max_id == cursor


@each_row("sent", ["abc", "0x10", "1;2", "\u0663", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_cursors_of_another_kind_are_refused(sent):
    """API5."""
    with pytest.raises(Malformed):
        read_window(Parameters({"min_id": sent}))


async def test_links_keep_parameters_and_never_repeat_host(aiohttp_client, site):
    async def listed(request: web.Request) -> web.Response:
        window = read_window(await read_parameters(request))
        return answer([], headers=link_header(request, [9, 5], window=window))

    app = web.Application()
    from node.state import NODE

    app[NODE] = site.peer.system.node
    app.add_routes([web.get("/api/v1/list", listed)])
    client = await aiohttp_client(app)
    response = await client.get("/api/v1/list?limit=2&types[]=a&max_id=11", headers={"Host": "evil.example"})
    base = f"{site.peer.origin}/api/v1/list?limit=2&types%5B%5D=a"
    assert response.headers["Link"] == f'<{base}&max_id=5>; rel="next", <{base}&min_id=9>; rel="prev"'


@pytest.mark.parametrize("text", ["9223372036854775807", "9223372036854775808", "9" * 19])
def test_no_number_is_larger_than_a_database_holds(text):
    sent = Parameters({"id": text, "ids": [text], "n": text, "below": f"-{text}"})
    assert sent.identifier("id") == sent.identifiers("ids")[0] == 2**63 - 1
    assert (sent.number("n"), sent.number("below")) == (10**10, -(10**10))
