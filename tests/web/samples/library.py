"""The pages where members write resources and say what they think of them, with plausible content."""

from dataclasses import replace

from node.clock import DAY
from node.domain.pathways import State
from node.sentences import Sentence
from tests.web.samples import frame
from web.design.languages import LANGUAGES
from web.design.licences import licence_in_words
from web.design.page import Notice, Page, View
from web.design.parts import ActorCard, Field, Link, Prose, SafeHtml, Text
from web.design.resources import ExportGap, ResourceCard
from web.library import views as pages
from web.library.collection_parts import CollectionPart, Entry
from web.library.form import Form, shown
from web.library.opinion_cards import OUTCOMES, NoteCard, Opinions, ReviewCard
from web.library.pathway_parts import ACTIONS, BUTTONS, STATES, PathwayPart, StepRow
from web.library.sections import SECTIONS
from web.library.sections.rights import Choice

CC_BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
_TITLE = Text(
    value="Umgebungen für Menschen mit Demenz: Orientierungshilfen im Krankenhausalltag gestalten", language="de"
)
_BODY = Prose(value=SafeHtml("<p>How <strong>signs</strong> help.</p><ul><li>colour</li><li>contrast</li></ul>"))
_TEXTS = ((Text(value="Signs that help", language="en"), _BODY), (_TITLE, None))


def opinions(now: int) -> Opinions:
    """As a resource's page shows them to a member."""
    museum = ActorCard(
        path="/@museum@learn.museum.example", name="City Museum Aldingen", handle="@museum@learn.museum.example",
        kind="organization",
    )  # fmt: skip
    note = NoteCard(
        id="1",
        organisation=museum,
        outcome=OUTCOMES["worked-with-changes"],
        context=Text(value="In four workshops with visitors and two nurses."),
        people=(10, 20),
        days=("2026-01-12", "2026-03-20"),
        adaptation=Text(value="Mehr Bilder, weniger Text, größere Schrift.", language="de"),
        advice=Text(value="Bring real signs, not pictures of them."),
        derivative="https://learn.museum.example/r/signs-for-visitors",
        contact=Link(label="Bea Beispiel", href="https://museum.example/bea"),
        published_at=now - 3 * DAY,
        edit_path="/r/signs/used?note=1",
        delete_path="/r/signs/used/1/delete",
    )
    ann = ActorCard(path="/@ann", name="Ann", handle="@ann@learn.uni.example")
    review = ReviewCard(author=ann, body=_BODY, rating=4, used_for="the first week of a course", published_at=now)
    return Opinions(
        notes=(note,), organisations=1, reviews=(review,), ratings=1, mean=4.25, use_path="/r/signs/used",
        review_path="/r/signs/review",
    )  # fmt: skip


def _form(**values: str) -> Form:
    filled = {
        "language-0": "en", "name-0": "Signs that help", "description-0": "How **signs** help.",
        "language-1": "de", "name-1": _TITLE.value, "kind": "article", "licence": CC_BY_SA, "creators": "Ada L.\nBen",
        "visibility": "organisation", "educationalLevel:https://w3id.org/kim/educationalLevel/level_C": "on",
    }  # fmt: skip
    return Form(values={**filled, **values}, languages=("en", "de"), owner_name="Example University")


def _page(page: Page, path: str, title: str, **changes: object) -> Page:
    return replace(page, path=path, title=title, noindex=True, **changes)  # type: ignore[arg-type]


def editor(page: Page) -> pages.EditorView:
    return pages.EditorView(
        page=_page(page, "/resources/new", Sentence("Add a resource")),
        action="/resources/new",
        csrf="x",
        title=Sentence("Add a resource"),
        sections=shown(_form(), SECTIONS),
        media="",
        back_path="/resources",
        drafts_path="/resources/drafts",
    )


def editor_wrong(page: Page) -> pages.EditorView:
    """Everything that can be there: problems, a source, a preview, what somebody else changed."""
    wrong = {
        "name-0": Sentence("Give it a title."),
        "licence": "Choose what others may do with it.",
        "file": Sentence("This file is empty."),
    }
    form = _form(**{"name-0": "", "licence": ""}).with_problems(wrong)
    notice = Notice(
        text=Sentence("Somebody else has changed this meanwhile. What you typed is still here."), tone="bad"
    )
    source = pages.SourceLine(
        title=_TITLE,
        href="/r/umgebungen",
        attribution=f"“{_TITLE.value}” by Cy, https://learn.example/r/1, licensed under CC BY-SA 4.0 ({CC_BY_SA})",
        warning="CC BY-SA 4.0 asks that adaptations are shared under the same licence, not under CC BY 4.0.",
    )
    preview = pages.Preview(
        texts=_TEXTS, licence=licence_in_words(CC_BY_SA), gaps=(ExportGap(profile="AMB", fields=("about", "creator")),)
    )
    return replace(
        editor(page),
        page=_page(page, "/r/signs/edit", Sentence("Edit"), notice=notice),
        action="/r/signs/edit",
        title=Sentence("Edit"),
        sections=shown(form, SECTIONS),
        problems=tuple(wrong.items()),
        version=3,
        sources=(source,),
        preview=preview,
        differences=(pages.Difference(label=Sentence("Title"), theirs="Signs, by somebody else"),),
        history_path="/r/signs/versions",
        other_draft="/r/signs/edit?draft=1",
    )


def not_allowed(page: Page) -> pages.NotAllowedView:
    iri = "https://creativecommons.org/licenses/by-nd/4.0/"
    return pages.NotAllowedView(
        page=_page(page, "/r/signs", Sentence("Make your own from this")),
        title=_TITLE,
        path="/r/signs",
        licence=licence_in_words(iri),
        reason="CC BY-ND 4.0 does not allow adaptations.",
    )


def drafts(page: Page) -> pages.DraftsView:
    rows = (
        pages.DraftRow(title=_TITLE.value, path="/resources/new?draft=1", delete_path="/resources/drafts/1/delete",
                       changed_at=page.now_at - DAY),
        pages.DraftRow(title="", path="/r/signs/edit?draft=2", delete_path="/resources/drafts/2/delete",
                       changed_at=page.now_at, about=Link(label="Signs that help", href="/r/signs")),
    )  # fmt: skip
    written = tuple(
        ResourceCard(path=f"/r/signs-{level}", name=_TITLE, kind="article", languages=("en",), licence="CC BY 4.0",
                     published_at=page.now_at - DAY, visibility=level)
        for level in ("public", "partners", "community", "private")
    )  # fmt: skip
    return pages.DraftsView(
        page=_page(page, "/resources/drafts", Sentence("Your resources")),
        csrf="x",
        rows=rows,
        new_path="/resources/new",
        written=written,
    )


def versions(page: Page) -> pages.VersionsView:
    now = page.now_at
    rows = (
        pages.VersionRow(number=2, title=_TITLE, path="/r/signs", from_at=now - DAY),
        pages.VersionRow(number=1, title=_TITLE, path="/r/signs/versions/1", from_at=now - 9 * DAY, until_at=now - DAY),
    )
    return pages.VersionsView(
        page=_page(page, "/r/signs/versions", Sentence("Earlier versions")), title=_TITLE, path="/r/signs", rows=rows
    )


def version(page: Page) -> pages.VersionView:
    return pages.VersionView(
        page=_page(page, "/r/signs/versions/1", Sentence("Earlier version")),
        title=_TITLE,
        path="/r/signs",
        history_path="/r/signs/versions",
        number=1,
        texts=_TEXTS,
        licence=licence_in_words(CC_BY_SA),
        visibility="public",
        until_at=page.now_at - DAY,
    )


def withdraw(page: Page) -> pages.WithdrawView:
    return pages.WithdrawView(
        page=_page(page, "/r/signs/withdraw", Sentence("Withdraw")), csrf="x", action="/r/signs/withdraw", title=_TITLE,
        path="/r/signs",
    )  # fmt: skip


_WRONG = Sentence("Expected {expected}, found {found}.", expected="a date", found='"soon"')
_LANGUAGES = tuple((tag, LANGUAGES[tag]) for tag in ("en", "de"))
_SEEN = (
    Choice("organisation", Sentence("Members only"), Sentence("Everybody with an account here, nobody else."), True),
    Choice(
        "public",
        Sentence("Everybody"),
        Sentence("It is shown on every copy of this, also at other organisations."),
        False,
    ),
)


def use_form(page: Page) -> pages.UseFormView:
    names = ("language", "context", "outcome", "people-min", "people-max", "since", "until", "adaptation",
             "derivative", "advice", "contact", "contact-url", "visibility", "form")  # fmt: skip
    fields = {name: Field(error=_WRONG if name == "until" else "") for name in names}
    return pages.UseFormView(
        page=_page(page, "/r/signs/used", Sentence("How we used this")),
        csrf="x",
        action="/r/signs/used",
        title=_TITLE,
        path="/r/signs",
        organisation="Hochschule für Angewandte Wissenschaften Nordheim-Weserbergland",
        note="1",
        fields=fields,
        outcomes=tuple(Choice(value, label, "", False) for value, label in OUTCOMES.items()),
        visibilities=_SEEN,
        languages=_LANGUAGES,
        problems=(("until", _WRONG),),
    )


def review_form(page: Page) -> pages.ReviewFormView:
    return pages.ReviewFormView(
        page=_page(page, "/r/signs/review", Sentence("Your review")),
        csrf="x",
        action="/r/signs/review",
        title=_TITLE,
        path="/r/signs",
        text=Field(value="Clear and *short*."),
        used_for=Field(),
        language=Field(value="en"),
        rating=Field(),
        ratings=(Choice("", Sentence("No rating"), "", True), Choice("5", Sentence("5: very good"), "", False)),
        visibilities=_SEEN,
        languages=_LANGUAGES,
        delete_path="/r/signs/review/delete",
    )


def collection_part() -> CollectionPart:
    """As the page of a collection shows it to a curator at its home."""
    entries = (
        Entry(iri="https://x.example/1", title=_TITLE, href="/r/signs", note=Text(value="Begin here."), by="Ada L."),
        Entry(iri="https://x.example/2", title=Text(value="Colour and light"), href=""),
    )
    ada, ben = Link(label="Ada L.", href="/@ada"), Link(label="Ben", href="")
    curators = (("https://x.example/ada", ada), ("https://x.example/ben", ben))
    return CollectionPart(
        entries=entries, suggestions=entries[1:], curators=curators, items_path="/r/list/items",
        curators_path="/r/list/curators", follow_path="/r/list/follow", orders=True, open=True,
    )  # fmt: skip


def pathway_part() -> PathwayPart:
    """As the page of a pathway shows it to a learner who is on her way."""
    film = StepRow(
        key="1", title=_TITLE, action=ACTIONS["use"], href="/r/signs", provider="City Museum Aldingen", time="PT25M",
        licence="CC BY-SA 4.0", note=Text(value="Die erste Hälfte genügt.", language="de"), state=STATES["done"],
        done=True, buttons=(("open", Sentence("Not yet, after all")),),
    )  # fmt: skip
    lost = StepRow(
        key="2", title=Text(value="Casting basics"), action=ACTIONS["take"], gone=True, optional=True,
        instead=(Link(label="learn.museum.example", href="https://learn.museum.example/r/casting"),),
    )  # fmt: skip
    words = StepRow(
        key="3", title=Text(value="Ask somebody who has done it"), action=ACTIONS["meet"], buttons=BUTTONS[State.OPEN]
    )
    return PathwayPart(
        steps=(film, lost, words), done=1, total=3, progress_path="/r/metals/progress", follow_path="/r/metals/follow"
    )


def pathways(page: Page) -> pages.PathwaysView:
    card = ResourceCard(path="/r/metals", name=Text(value="From atoms to alloys"), kind="pathway", licence="CC BY 4.0")
    return pages.PathwaysView(
        page=_page(page, "/pathways", Sentence("Pathways")),
        cards=(card,),
        begun=(pages.BegunRow(card=card, done=1, total=3),),
        new_path="/resources/new?kind=pathway",
    )


def editor_pathway(page: Page) -> pages.EditorView:
    """The form of a pathway with steps, and what a search brought."""
    steps = {
        "step-0": "1", "step-0-id": "https://learn.museum.example/ap/o/7", "step-0-name": _TITLE.value,
        "step-0-action": "use", "step-0-note": "Die erste Hälfte genügt.",
        "step-1": "", "step-1-name": "", "step-1-action": "meet", "step-1-optional": "on",
        "step-find": "signs", "found-0": "https://learn.museum.example/ap/o/8", "found-0-name": "Signs that help",
        "found-0-kind": "event",
    }  # fmt: skip
    wrong = {"step-1-name": Sentence("Say what one does in this step.")}
    form = _form(kind="pathway", **steps).with_problems(wrong)
    return replace(
        editor(page), title=Sentence("Make a pathway"), sections=shown(form, SECTIONS), problems=tuple(wrong.items())
    )


def collections(page: Page) -> pages.CollectionsView:
    return pages.CollectionsView(
        page=_page(page, "/collections", Sentence("Collections")), cards=(), new_path="/resources/new?kind=collection"
    )


def collect(page: Page) -> pages.CollectView:
    return pages.CollectView(
        page=_page(page, "/r/signs/collect", Sentence("Put into a collection")),
        csrf="x",
        action="/r/signs/collect",
        title=_TITLE,
        path="/r/signs",
        collections=(("a", _TITLE.value), ("b", "Signs")),
        chosen=Field(error=Sentence("Choose a collection.")),
        note=Field(),
        language=Field(value="en"),
        languages=_LANGUAGES,
        new_path="/resources/new?kind=collection",
    )


def views() -> dict[str, View]:
    """As a member sees them."""
    page = frame.page(viewer=frame.ADMIN)
    return {
        "resource-editor": editor(page),
        "resource-editor-wrong": editor_wrong(page),
        "resource-not-allowed": not_allowed(page),
        "resource-drafts": drafts(page),
        "resource-versions": versions(page),
        "resource-version": version(page),
        "resource-withdraw": withdraw(page),
        "resource-used": use_form(page),
        "resource-review": review_form(page),
        "collections": collections(page),
        "pathways": pathways(page),
        "editor-pathway": editor_pathway(page),
        "resource-collect": collect(page),
    }
