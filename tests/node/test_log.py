"""Log lines: what they say, what they never say, and what strangers cannot make them say."""

import io
import json
import logging
import time
import unicodedata
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import log
from node.errors import RemoteUnavailable
from tests.depth import examples
from tests.rows import each_row


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("rhizome")
    before = (list(root.handlers), root.level, own.level, set(log._hidden))
    yield
    root.handlers[:], hidden = before[0], before[3]
    root.setLevel(before[1])
    own.setLevel(before[2])
    log._hidden.clear()
    log._hidden.update(hidden)
    logging.captureWarnings(capture=False)


class Lines(io.StringIO):
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def one(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


@pytest.fixture
def lines() -> Lines:
    stream = Lines()
    log.setup("info", "json", stream)
    return stream


def test_event_is_one_json_line_with_its_fields(lines: Lines) -> None:
    log.event("delivery.failed", level=log.WARNING, host="b.example", attempt=3, ms=1.5, done=False, last=None)
    line = lines.one()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning", "event": "delivery.failed", "host": "b.example",
        "attempt": 3, "ms": 1.5, "done": False, "last": None,
    }  # fmt: skip


def test_ids_in_hand_are_on_every_line(lines: Lines) -> None:
    with log.bound(request="abcdefgh"), log.bound(job="7", activity="https://a.example/1"):
        log.event("inbox.accepted")
    log.event("node.ready")
    first, second = lines.all()
    assert (first["request_id"], first["job_id"], first["activity_id"]) == ("abcdefgh", "7", "https://a.example/1")
    assert not {"request_id", "job_id", "activity_id"} & second.keys()


def test_inner_binding_ends_with_its_block(lines: Lines) -> None:
    with log.bound(job="1"):
        with pytest.raises(ValueError, match="out"), log.bound(job="2"):
            raise ValueError("out")
        log.event("job.done")
    assert lines.one()["job_id"] == "1"


def test_level_decides_what_is_written(lines: Lines) -> None:
    class Costly:
        def __str__(self) -> str:
            raise AssertionError("nobody reads this")

    log.event("cache.missed", level=log.DEBUG, about=Costly())
    assert not log.is_on(log.DEBUG)
    assert lines.getvalue() == ""
    log.setup("debug", "json", lines)
    log.event("cache.missed", level=log.DEBUG)
    assert lines.one()["level"] == "debug"


def test_event_below_the_level_costs_next_to_nothing(lines: Lines) -> None:
    started = time.thread_time()
    for number in range(10_000):
        log.event("cache.missed", level=log.DEBUG, number=number)
    assert time.thread_time() - started < 0.2  # 20 us each; about 0.5 us are needed


def test_libraries_are_heard_from_warnings_on(lines: Lines) -> None:
    logging.getLogger("aiohttp.access").info("GET /")
    logging.getLogger("asyncio").warning("slow %s", "callback\nforged")
    line = lines.one()
    assert (line["event"], line["message"], line["level"]) == ("asyncio", r"slow callback\nforged", "warning")


def test_warnings_of_python_are_lines_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "old thing" in lines.one()["message"]


def test_setting_up_again_does_not_write_twice(lines: Lines) -> None:
    log.setup("info", "json", lines)
    log.event("node.ready")
    assert len(lines.all()) == 1


def test_our_errors_are_told_with_detail_and_accidents_with_their_traceback(lines: Lines) -> None:
    log.event("fetch.failed", error=RemoteUnavailable(detail="no route to b.example"))
    try:
        raise KeyError("host")
    except KeyError as error:
        log.event("job.failed", level=log.ERROR, error=error)
    ours, accident = lines.all()
    assert ours["error"] == "RemoteUnavailable"
    assert "no route to b.example" in ours["message"]
    assert "traceback" not in ours
    assert accident["error"] == "KeyError"
    assert "test_log.py" in accident["traceback"]


# -- text of strangers ----------------------------------------------------------------------------------------------


def test_text_of_strangers_is_one_visible_line_of_200_characters(lines: Lines) -> None:
    log.event("fetch.failed", said='a\r\n{"event":"forged"}\u2028\x1b[31m\u202e' + "x" * 500)
    said = lines.one()["said"]
    assert said.startswith(r'a\r\n{"event":"forged"}\u2028\x1b[31m\u202exxx')
    assert len(said) == 200
    assert said.endswith("…")


@examples(60)
@given(st.text(max_size=600))
def test_any_text_becomes_one_visible_line(text: str) -> None:
    line = log.one_line(text)
    assert len(line) <= log.MAX_TEXT
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in line)


@examples(60)
@given(st.text(max_size=100), st.sampled_from(["json", "text"]))
def test_any_field_stays_on_its_line(text: str, form: str) -> None:
    stream = io.StringIO()
    log.setup("info", form, stream)
    log.event("fetch.failed", said=text, number=float("inf"), many=[text, 1])
    assert stream.getvalue().count("\n") == 1
    assert len(stream.getvalue().splitlines()) == 1
    if form == "json":
        json.loads(stream.getvalue(), parse_constant=pytest.fail)


@each_row("hostile", ["a." * 2500, "password" * 600, "basic " * 800, "a://" * 1200, "-----BEGIN " * 400, "&code" * 900])
def test_no_text_takes_long(hostile: str) -> None:
    started = time.thread_time()
    log.mask(hostile)
    assert time.thread_time() - started < 0.1


# -- secrets --------------------------------------------------------------------------------------------------------

PEM = "-----BEGIN PRIVATE KEY-----\nMARKER5ecret\nMARKER5ecret\n-----END PRIVATE KEY-----"


@each_row(
    "text",
    [
        "Authorization: Bearer MARKER5ecret",
        "authorization=MARKER5ecret",
        "sent Bearer MARKER5ecret to b.example",
        "GET /api/v1/streaming?access_token=MARKER5ecret&stream=user",
        "GET /callback?code=MARKER5ecret",
        "{'client_secret': 'MARKER5ecret', 'a': 1}",
        '{"password": "MARKER5ecret"}',
        "postgresql://rhizome:MARKER5ecret@db/rhizome",
        "redis+tls://:MARKER5ecret@db/0",
        "Set-Cookie: MARKER5ecret; Path=/",
        PEM,
        f"key was {PEM[:60]}",
    ],
)
def test_secrets_in_text_are_masked(lines: Lines, text: str) -> None:
    log.event("fetch.failed", said=text, error=RemoteUnavailable(detail=text))
    try:
        raise ValueError(text)
    except ValueError as error:
        log.event("job.failed", error=error)
    logging.getLogger("some.library").error(text)
    assert "MARKER5ecret" not in lines.getvalue()
    assert log.MASK in lines.getvalue()


@each_row(
    "text",
    [
        "code: 500",
        "GET /resources?q=token+ring",
        "https://a.example/@ann/1",
        "12:30:00",
        "$.password: expected 12 characters",
        "expected postgresql://USER:PASSWORD@HOST/NAME",
    ],
)
def test_harmless_text_is_left_alone(text: str) -> None:
    assert log.mask(text) == text


@pytest.mark.parametrize("name", ["password", "access_token", "token", "authorization", "client_secret", "cookie"])
def test_fields_named_like_secrets_are_masked(lines: Lines, name: str) -> None:
    fields: dict[str, Any] = {name: "MARKER5ecret", "status_code": 200, "tokens": "3"}
    log.event("user.added", **fields)
    line = lines.one()
    assert (line[name], line["status_code"], line["tokens"]) == (log.MASK, 200, "3")


def test_hidden_texts_never_appear(lines: Lines) -> None:
    log.hide("AAECAwQFBgcICQ==", "short")
    log.event("x.y", said="key AAECAwQFBgcICQ== and short", many=("AAECAwQFBgcICQ==",))
    assert lines.one()["said"] == "key *** and short"
    assert "AAECAw" not in lines.getvalue()


def test_secret_across_the_cut_is_masked_whole(lines: Lines) -> None:
    log.event("fetch.failed", said="x" * 170 + " Bearer " + "MARKER5ecret" * 20)
    assert "MARKER" not in lines.getvalue()


# -- text format ----------------------------------------------------------------------------------------------------


def test_text_lines_are_for_people() -> None:
    stream = io.StringIO()
    log.setup("info", "text", stream)
    log.event("delivery.failed", level=log.WARNING, host="b.example", attempt=3, reason="no route", path="a=b")
    assert stream.getvalue().split(" ", 1)[1] == (
        'warning delivery.failed host=b.example attempt=3 reason="no route" path="a=b"\n'
    )


def test_text_lines_show_tracebacks_below() -> None:
    stream = io.StringIO()
    log.setup("info", "text", stream)
    try:
        raise ValueError("\x1b[31mred")
    except ValueError as error:
        log.event("job.failed", level=log.ERROR, error=error)
    first, *rest = stream.getvalue().splitlines()
    assert first.endswith(r"job.failed error=ValueError message=\x1b[31mred")
    assert rest[0].startswith("Traceback")
    assert "\x1b" not in stream.getvalue()


# -- request ids ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["abcdefgh", "A-1" * 21])
def test_request_id_of_a_proxy_is_kept(text: str) -> None:
    assert log.request_id_from(text) == text


@each_row("text", [None, "", "short", "a" * 65, "with space", "line\nbreak1", "abcdefgh\n"])
def test_other_request_ids_are_made_anew(text: str | None) -> None:
    made = log.request_id_from(text)
    assert made != text
    assert log.request_id_from(made) == made
    assert log.request_id_from(text) != made
