"""Pages of administrators and moderators."""

from dataclasses import replace

from node.clock import DAY, HOUR, MINUTE
from node.domain.moderation import DomainPolicy, Sanction
from node.sentences import Sentence
from node.store.posts.emojis import OwnEmoji
from tests.web.samples.account import pictures_form
from tests.web.samples.frame import ADMIN, MUSEUM, NOW, UNIVERSITY, page
from web.admin.announcements import AnnouncementRow, AnnouncementsView
from web.admin.audit import COMMAND_LINE, AuditRow, AuditView
from web.admin.audit_words import ACTIONS, FIELDS
from web.admin.block_lists import BlockListView, ListedDomain
from web.admin.emojis import EmojisView
from web.admin.house import HouseView, RuleRow
from web.admin.overview import Check, OverviewView
from web.admin.peers import PeerRow, PeersView
from web.admin.people import Decision, PeopleView, PersonRow, PersonView
from web.admin.policies import PoliciesView, PolicyPreview, PolicyRow
from web.admin.queue import ParkedMessage, QueueRow, QueueView
from web.admin.reports import ReportedPost, ReportNote, ReportRow, ReportsView, ReportView
from web.admin.topics import TopicRow, TopicsView
from web.design.lists import Paging, SortOption
from web.design.page import Notice, Page, View
from web.design.parts import Field


def admin_page(path: str, title: str) -> Page:
    return page(path, title=title, section="/admin", viewer=ADMIN, noindex=True)


def overview() -> OverviewView:
    return OverviewView(
        page=replace(admin_page("/admin", "Administration"), notice=Notice(text="The message was put back in line.")),
        peers=48,
        peers_failing=3,
        waiting=1204,
        oldest_at=NOW - 7 * MINUTE,
        parked=2,
        policies=4,
        users=418,
        own_resources=132,
        network_resources=1426,
        database_bytes=734_003_200,
        media_bytes=12_400_000_000,
        started_at=NOW - 3 * DAY,
        checks=(
            Check(name="Database", ok=True, sentence="writable, schema current"),
            Check(name="Disk", ok=True, sentence="41 GB free"),
            Check(name="Backup", ok=False, sentence="there is no verified backup yet"),
        ),
    )


def peers() -> PeersView:
    return PeersView(
        page=admin_page("/admin/peers", "Peers"),
        total=48,
        peers=(
            PeerRow(
                host=UNIVERSITY.host,
                name=UNIVERSITY.organisation,
                path=UNIVERSITY.path,
                software="Rhizome 0.1.0",
                circuit="open",
                last_success_at=NOW - 9 * HOUR,
                last_failure_at=NOW - 4 * MINUTE,
                next_probe_at=NOW + 26 * MINUTE,
                failures=11,
                error="connection refused after 5 s <b>",
                queued=318,
                oldest_at=NOW - 9 * HOUR,
                followers=4,
                following=2,
                catalogue="12 revisions behind",
            ),
            PeerRow(
                host="learn.museum.example",
                name=MUSEUM.organisation,
                path=MUSEUM.path,
                software="Rhizome 0.1.0",
                last_success_at=NOW - 40_000,
                followers=31,
                following=1,
                catalogue="in step",
            ),
            PeerRow(host="social.example", software="Mastodon 4.6.0", effect=DomainPolicy.LIMIT, circuit="probing"),
        ),
        paging=Paging(next_path="/admin/peers?after=social.example"),
    )


def queue() -> QueueView:
    return QueueView(
        page=admin_page("/admin/queue", "Queue"),
        csrf="c" * 43,
        queues=(
            QueueRow(kind="inbox", waiting=12, running=4, oldest_at=NOW - 3_000),
            QueueRow(kind="deliver", waiting=1187, running=32, retrying=318, oldest_at=NOW - 9 * HOUR),
            QueueRow(kind="fetch"),
        ),
        parked=(
            ParkedMessage(
                id="116230",
                kind="inbox",
                host="odd.example",
                subject="Create Note https://odd.example/notes/9f2",
                error="object.content: expected text, found a list",
                attempts=5,
                parked_at=NOW - 2 * HOUR,
                request_id="01JRES-7f3a2b",
                retry_path="/admin/queue/116230/retry",
                discard_path="/admin/queue/116230/discard",
                body='{"type": "Create", "object": {"content": ["<script>alert(1)</script>"]}}',
            ),
        ),
        parked_total=2,
    )


def policies() -> PoliciesView:
    return PoliciesView(
        page=admin_page("/admin/policies", "Domain policies"),
        csrf="c" * 43,
        preview_path="/admin/policies",
        set_path="/admin/policies/set",
        domain=Field(value="spam.example"),
        preview=PolicyPreview(
            domain="spam.example",
            effect=DomainPolicy.BLOCK,
            hosts=3,
            followers=2,
            following=1,
            posts=1840,
            deliveries=6,
        ),
        policies=(
            PolicyRow(
                domain="werbeanzeigenverteilungsgesellschaft.example",
                effect=DomainPolicy.BLOCK,
                remove_path="/admin/policies/1/remove",
                reason="Sends advertisements as replies to every course announcement.",
                by="@maeve",
                set_at=NOW - 20 * DAY,
            ),
            PolicyRow(
                domain="pictures.example", effect=DomainPolicy.MEDIA_FREE, remove_path="/admin/policies/2/remove"
            ),
        ),
    )


def announcements() -> AnnouncementsView:
    return AnnouncementsView(
        page=admin_page("/admin/announcements", "Announcements"),
        csrf="c" * 43,
        new=AnnouncementRow(
            text=Field(value="Am Freitag zwischen 18 und 22 Uhr ziehen wir auf die neuen Server um."),
            starts=Field(value="2026-11-06T18:00"),
            ends=Field(value="2026-11-05T22:00", error="An announcement cannot end before it starts."),
        ),
        rows=(
            AnnouncementRow(
                id="12",
                text=Field(value="Die **Fortbildungswoche** beginnt am Montag. Alle Termine stehen im Kalender."),
                starts=Field(value="2026-11-02T00:00"),
                ends=Field(value="2026-11-06T00:00"),
                all_day=True,
                title="Die Fortbildungswoche beginnt am Montag. Alle Termine stehen im Kalender.",
                starts_at=NOW,
                ends_at=NOW + 4 * DAY,
            ),
            AnnouncementRow(id="11", title="Rechtsschutzversicherungsgesellschaft!", is_published=False),
        ),
    )


def no_announcements() -> AnnouncementsView:
    return AnnouncementsView(page=admin_page("/admin/announcements", "Announcements"), csrf="c" * 43)


def emojis() -> EmojisView:
    rows = tuple(
        OwnEmoji(number, name, category, number, "/sample/picture.svg", "/sample/picture.svg", "image/png", enabled)
        for number, (name, category, enabled) in enumerate(
            (("owl", "Birds", True), ("a_name_that_is_as_long_as_names_of_emojis_may_be_in_this_house_12", "", False))
        )
    )
    return EmojisView(
        page=admin_page("/admin/emojis", "Emojis"),
        csrf="c" * 43,
        rows=rows,
        shortcode="my owl",
        problem="The name of an emoji has 2 to 64 letters, digits or _.",
    )


def topics() -> TopicsView:
    row = TopicRow(
        name="Neues in der Gesundheits- und Krankenpflegehilfeausbildung",
        handle="@neues_in_der_krankenpflege_hilf@learn.uni.example",
        page_path="/@neues_in_der_krankenpflege_hilf",
        edit_path="/admin/topics/neues_in_der_krankenpflege_hilf",
        list_path="/resources?q=pflege&kind=video&sort=newest",
        total=412,
    )
    return TopicsView(
        page=admin_page("/admin/topics", "Topic accounts"),
        csrf="c" * 43,
        rows=(row, replace(row, name="نبأ", total=0)),
        fields={
            "username": Field(value="Neues!", error="1 to 30 of the characters a-z, 0-9 and _"),
            "name": Field(),
            "description": Field(),
            "query": Field(value="/resources?q=pflege&kind=video"),
        },
    )


def topic() -> TopicsView:
    fields = {**topics().fields, "username": Field()}
    name = "neues_in_der_krankenpflege_hilf"
    pictures = pictures_form(f"/admin/topics/{name}/pictures", "Pictures")
    return replace(topics(), rows=(), fields=fields, edited=name, pictures=pictures)


def house() -> HouseView:
    return HouseView(
        page=admin_page("/admin/house", "Rules and texts"),
        csrf="c" * 43,
        rules=(
            RuleRow(
                id="1",
                text=Field(value="Be kind, also where you disagree."),
                hint=Field(value="Criticise what was said, not who said it."),
            ),
            RuleRow(id="2", text=Field(value="Materialübersichtsverantwortliche nennen ihre Quellen.")),
        ),
        new=RuleRow(text=Field(value=" ", error="A rule has 1 to 500 characters, its explanation at most 1,000.")),
        texts={"about": Field(value="We teach *nursing*."), "privacy-policy": Field(), "terms-of-service": Field()},
    )


PERSON = PersonRow(
    id="31",
    path="/admin/people/31",
    handle="@ein_sehr_langer_benutzername@rechtsschutzversicherungsgesellschaften.example",
    name="Mallory <b>",
    decisions=(Decision(kind=Sanction.SILENCED, reason="Werbung in jedem Faden", since=NOW - 3 * DAY),),
)


REPORT = ReportRow(
    path="/admin/reports/7",
    number="7",
    target=PERSON.handle,
    reporter="social.example",
    comment="Verkauft Unterlagen, die frei sind. <script>",
    category="spam",
    posts=2,
    at=NOW - HOUR,
)


def _ways(*labels: str) -> tuple[SortOption, ...]:
    return tuple(
        SortOption(label=Sentence(label), path=f"?show={label}", selected=label == labels[0]) for label in labels
    )


def people() -> PeopleView:
    return PeopleView(
        page=admin_page("/admin/people", "People"),
        people=(PERSON, PersonRow(id="1", path="/admin/people/1", handle="@maeve@x.example", role="admin")),
        filters=_ways("All", "Suspended"),
        paging=Paging(next_path="/admin/people?before=1"),
    )


def nobody() -> PeopleView:
    return PeopleView(page=admin_page("/admin/people", "People"), query="xyz")


def decided_person() -> PersonView:
    return PersonView(
        page=admin_page("/admin/people/31", "Mallory"),
        csrf="c" * 43,
        person=replace(PERSON, role="member", email="mallory@example.org", local=True),
        sanction_path="/admin/people/31/sanctions",
        role_path="/admin/people/31/role",
        reset_path="/admin/people/31/reset",
        link=f"https://learn.hospital.example/reset?ticket={'x' * 43}",
        profile_path="/@mallory",
        roles=("member", "moderator", "admin"),
        posts=1204,
        open_reports=2,
        reports_path="/admin/reports?about=31",
    )


def reports() -> ReportsView:
    return ReportsView(
        page=admin_page("/admin/reports", "Reports"), reports=(REPORT,), total=1, filters=_ways("Open", "Closed")
    )


def no_reports() -> ReportsView:
    return ReportsView(page=admin_page("/admin/reports", "Reports"), is_open=False, filters=_ways("Closed", "Open"))


def report() -> ReportView:
    return ReportView(
        page=admin_page("/admin/reports/7", "Report"),
        csrf="c" * 43,
        report=REPORT,
        is_open=True,
        state_path="/admin/reports/7/state",
        note_path="/admin/reports/7/notes",
        person=PERSON,
        posts=(
            ReportedPost(
                text="Kauft jetzt! " * 20,
                path="/@mallory/p8",
                at=NOW - 2 * HOUR,
                has_media=True,
                remove_path="/admin/reports/7/posts/8/remove",
            ),
            ReportedPost(text=""),
        ),
        notes=(ReportNote(author="@maeve@x.example", text="Schon das dritte Mal.", at=NOW - HOUR),),
    )


def audit() -> AuditView:
    return AuditView(
        page=admin_page("/admin/audit", "Log"),
        rows=(
            AuditRow(
                at=NOW - DAY,
                by="@ada@x.example",
                by_path="/admin/people/1",
                action=ACTIONS["suspended.impose"],
                target="@mallory@social.example",
                path="/admin/people/2",
                changes=((FIELDS["reason"], "", "spam"), (FIELDS["follows_ended"], "", "3")),
            ),
            AuditRow(
                at=NOW,
                by=COMMAND_LINE,
                action=ACTIONS["policy.set"],
                target="spam.example",
                changes=(("", "", "whole"), ("", "gone", ""), ("", "Limit", "Block")),
            ),
        ),
    )


def block_list() -> BlockListView:
    return BlockListView(
        page=admin_page("/admin/policies/import", "Take over a list"),
        csrf="c" * 43,
        import_path="/admin/policies/import",
        text=Field(value="spam.example\nno domain"),
        domains=(
            ListedDomain(domain="spam.example", effect=DomainPolicy.BLOCK, reason="Spam", follows=3),
            ListedDomain(domain="loud.example", effect=DomainPolicy.LIMIT_MEDIA_FREE),
        ),
        problems=(Sentence('Line {number}: "{text}" is no domain.', number=2, text="no domain"),),
        unchanged=4,
    )


def views() -> dict[str, View]:
    every = (
        overview,
        peers,
        queue,
        policies,
        announcements,
        no_announcements,
        emojis,
        topics,
        topic,
        house,
        people,
        nobody,
        decided_person,
        reports,
        no_reports,
        report,
        audit,
        block_list,
    )
    return {view.__name__: view() for view in every}
