"""ADM3: whatever an administrator changes on a page stands in the log, written with the change. The page says so."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from node.cli.community import _ACTS
from node.domain.actors import ActorKind
from node.domain.moderation import Sanction
from node.domain.visibility import Visibility
from node.store import tables
from node.store.access import accounts
from node.store.house.reports import insert_report
from node.store.house.rules import load_rules
from node.store.jobs import NewJob, enqueue_many
from node.store.tables import actors, announcements, audit_log, invitations, jobs
from tests.media_files import picture
from tests.notes import publish_note
from tests.web.conftest import Site
from web.account import routes as account
from web.admin import routes as admin
from web.admin.audit_words import ACTIONS

#: What the code writes as a name with a gap: the values that stand in it.
GAPS = {
    "{}.impose": Sanction,
    "{}.lift": Sanction,
    "report.{}": ("open", "closed"),
    "community.{}": _ACTS.values(),
    "topic.{}": ("add", "change", "remove"),
}
_NAME = re.compile(r"(?:[a-z-]+|\{\})\.(?:[a-z-]+|\{\})")
#: Names of other things in modules that write the log, too.
_OTHERS = {"actors.id", "announcement.reaction"}

#: Forms in an order in which each has something to change; addresses and values name what the test below makes.
FORMS: tuple[tuple[str, str, dict[str, str | bytes]], ...] = (
    ("admin-queue-retry", "/admin/queue/1/retry", {}),
    ("admin-queue-discard", "/admin/queue/2/discard", {}),
    ("admin-network-follow", "/admin/network/follow", {"handle": "@lab@lab.example"}),
    ("admin-network-unfollow", "/admin/network/{lab}/unfollow", {}),
    ("admin-policies-set", "/admin/policies", {"domain": "bad.example", "effect": "limit", "reason": "spam"}),
    ("admin-policies-remove", "/admin/policies/bad.example/remove", {}),
    ("admin-block-list-form", "/admin/policies/import", {"text": "worse.example\n", "confirm": "1"}),
    ("admin-report-note", "/admin/reports/{report}/notes", {"text": "Talked to both."}),
    ("admin-report-remove", "/admin/reports/{report}/posts/{post}/remove", {}),
    ("admin-report-state", "/admin/reports/{report}/state", {"state": "closed"}),
    ("admin-person-role", "/admin/people/{bob}/role", {"role": "moderator"}),
    ("admin-person-sanctions", "/admin/people/{bob}/sanctions", {"kind": "silenced", "reason": "loud"}),
    ("admin-person-email", "/admin/people/{bob}/email", {"email": "bob@new.example"}),
    ("admin-person-reset", "/admin/people/{bob}/reset", {}),
    ("admin-member-decide", "/admin/members/{zoe}/decide", {"decision": "approve"}),
    ("admin-invite", "/admin/members/invitations", {"note": "new colleagues"}),
    ("admin-invite-remove", "/admin/members/invitations/{invitation}/remove", {}),
    ("admin-rule-new", "/admin/house/rules", {"text": "Be kind."}),
    ("admin-rule-new", "/admin/house/rules", {"text": "Name your sources."}),
    ("admin-rule", "/admin/house/rules/{rule}", {"text": "Always name your sources."}),
    ("admin-rule-up", "/admin/house/rules/{rule}/raise", {}),
    ("admin-rule-remove", "/admin/house/rules/{rule}/remove", {}),
    ("admin-text", "/admin/house/texts/about", {"text": "Who we are."}),
    ("admin-announcement-publish", "/admin/announcements", {"text": "We move on Friday."}),
    ("admin-announcement-change", "/admin/announcements/{announcement}", {"text": "We move on Saturday."}),
    ("admin-announcement-remove", "/admin/announcements/{announcement}/remove", {}),
    ("admin-emoji-add", "/admin/emojis", {"shortcode": "owl", "picture": picture("PNG")}),
    ("admin-emoji-switch", "/admin/emojis/owl/enabled", {"enabled": ""}),
    ("admin-emoji-remove", "/admin/emojis/owl/remove", {}),
    ("admin-topic-add", "/admin/topics", {"username": "owls", "name": "Owls", "query": "/resources?q=owl"}),
    ("admin-topic-change", "/admin/topics/owls", {"name": "Birds", "query": "q=bird"}),
    ("admin-topic-pictures", "/admin/topics/owls/pictures", {"remove": "header"}),
    ("admin-topic-remove", "/admin/topics/owls/remove", {}),
    ("admin-pictures-form", "/admin/pictures", {"remove": "avatar"}),
)


def _changing() -> set[str | None]:
    """The names of all forms of the administration."""
    changing = [
        each for each in [*admin.ROUTES, *account.ROUTES] if each.method == "POST" and each.path.startswith("/admin")
    ]
    return {each.kwargs.get("name") for each in changing}


def test_every_form_of_the_administration_is_in_the_table():
    assert {name for name, _, _ in FORMS} == _changing()


def _written() -> Iterator[str]:
    """The names of actions in all modules that write the log, gaps as ``{}``."""
    root = Path(__file__).parents[2]
    for path in (each for name in ("node", "federation", "web") for each in (root / name).rglob("*.py")):
        text = path.read_text()
        if not re.search(r"\baudit(_log)?\.record\(", text):
            continue
        for node in ast.walk(ast.parse(text)):
            name = ""
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value
            elif isinstance(node, ast.JoinedStr):
                name = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            if _NAME.fullmatch(name):
                yield name


def test_each_action_that_is_written_has_its_words():
    names = set(_written()) - _OTHERS
    whole = {name for name in names if "{}" not in name}
    gaps = names - whole
    assert gaps == GAPS.keys()
    filled = {gap.format(value) for gap in gaps for value in GAPS[gap]}
    assert whole | filled == ACTIONS.keys()


async def test_each_change_leaves_a_row_and_is_told(site: Site) -> None:
    await site.set_up()
    made = {name: await site.peer.add_actor(name) for name in ("bob", "zoe")}
    made["lab"] = await site.peer.add_actor("lab", ActorKind.ORGANIZATION)
    note = await site.store.write(publish_note, site.peer.unit(), made["bob"].id, "Buy now", Visibility.PUBLIC)
    unit, report = site.peer.unit(), site.peer.unit().ids.new()

    def prepare(conn):
        enqueue_many(conn, [NewJob("deliver", number, unit.now, host="b.example") for number in (1, 2)])
        conn.execute(update(jobs).where(jobs.c.id < 3).values(state="parked", error="401"))
        accounts.set_state(conn, made["zoe"].id, "pending")
        conn.execute(update(actors).where(actors.c.id == made["lab"].id).values(local=False, host="lab.example"))
        insert_report(
            conn, report_id=report, uri=f"https://social.example/{report}", reporter_uri="https://social.example/a",
            target_uri=made["bob"].uri, object_uris=[note.uri], comment="rude", now=unit.now,
        )  # fmt: skip

    await site.store.write(prepare)
    csrf = await site.csrf("/admin/queue")
    for _, path, fields in FORMS:
        known = await site.store.read(load_rules)
        found = {
            "report": report,
            "post": note.id,
            "invitation": await site.store.read(lambda conn: conn.scalar(select(func.max(invitations.c.id)))),
            "announcement": await site.store.read(lambda conn: conn.scalar(select(func.max(announcements.c.id)))),
            "rule": known[-1].id if known else 0,
            **{name: actor.id for name, actor in made.items()},
        }
        before = await _count(site)
        answer = await _send(site, path.format(**found), {"csrf": csrf, **fields})
        assert await _count(site) == before + 1, path
        told = re.search('class="notice good" role="status".*?<span>(.*?)</span>', answer)
        assert told or 'class="copy"' in answer, path
        assert told is None or f"<title>{told[1]} – " in answer, "it is heard first"
    text = await site.get("/admin/audit")
    for told in ("Account silenced", "Reason: <bdi>loud</bdi>", "Effect: <bdi>Limit</bdi>", "@ada@", "Role changed"):
        assert told in text
    assert f'<a href="/admin/people/{made["bob"].id}">' in text
    assert f'<a href="/admin/reports/{report}">' in text
    assert not re.search(r"\{&#34;|[a-z]\.impose|/ap/a/", text.partition("<tbody")[2])
    found = await site.get("/admin/audit?q=Konto+stumm&lang=de")
    assert found.count('<th scope="row"') == 1
    assert (await site.get("/admin/audit?q=@bob")).count('<th scope="row"') >= 3


@pytest.mark.parametrize(("role", "is_ours"), [(accounts.MEMBER, True), (accounts.ADMIN, False)])
async def test_each_is_refused_to_members_and_without_its_token(site: Site, role: str, is_ours: bool) -> None:
    """ADM1 and ADM2: a form of ours that a member sends, and one of a stranger that an administrator sends."""
    await site.set_up()
    csrf = await site.csrf("/admin/queue") if is_ours else "x" * 43
    await site.store.write(lambda conn: conn.execute(update(tables.accounts).values(role=role)))
    before = await _count(site)
    for _, path, fields in FORMS:
        data = _data({"csrf": csrf, **fields})
        url = site.peer.origin + re.sub(r"{\w+}", "1", path)
        async with site.browser.post(url, data=data, allow_redirects=False) as answer:
            assert answer.status == 403 or (answer.status == 404 and not is_ours), path  # there are no owls yet
    assert await _count(site) == before


def _data(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: io.BytesIO(value) if isinstance(value, bytes) else value for name, value in fields.items()}


async def _send(site: Site, path: str, fields: dict[str, Any]) -> str:
    """The page that somebody sees who sent this form."""
    async with site.browser.post(
        site.peer.origin + path, data=_data(fields), headers={"Accept": "text/html"}
    ) as answer:
        text = await answer.text()
        assert answer.status == 200, text
        return text


async def test_other_pictures_of_the_organisation_leave_a_row(site: Site) -> None:
    await site.set_up()
    form = {"csrf": await site.csrf("/admin/pictures"), "avatar": io.BytesIO(picture())}
    before = await _count(site)
    await _send(site, "/admin/pictures", form)
    assert await _count(site) == before + 1


async def _count(site: Site) -> int:
    return await site.store.read(lambda conn: conn.scalar(select(func.count()).select_from(audit_log)))
