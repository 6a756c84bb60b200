"""What posts say, new ones and edited ones: checked, rendered, and kept as it was typed."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from node.domain.drafts import MAX_POST
from node.domain.posts import Mention
from node.domain.words import MAX_MARKDOWN, handles_in, hashtags_in, length_of
from node.errors import Invalid
from node.sentences import Sentence
from node.services.context import Unit
from node.store.people import actors
from node.store.people.actors import Actor
from node.text.markdown import Words, render_markdown, render_plain
from node.text.richtext import clean_plain_field


def spoiler_or_text(text: str, spoiler: str) -> tuple[str, str]:
    """A warning without a text is the text."""
    spoiler = clean_plain_field(spoiler)
    return (text, spoiler) if text.strip() or not spoiler else (spoiler, "")


def check(text: str, spoiler: str, *, has_more: bool) -> None:
    """Raises Invalid for a text that is empty, where there is nothing else to post, or too long."""
    if not text.strip() and not has_more:
        raise Invalid("A post needs some text.")
    if len(text) > MAX_MARKDOWN or length_of(text) + len(spoiler) > MAX_POST:
        raise Invalid(Sentence("A post has at most {n} characters.", n=MAX_POST))


def find_mentioned(conn: Connection, unit: Unit, text: str) -> dict[str, Actor]:
    """Handle as written -> actor, for those whom this node knows."""
    found = {}
    for handle in handles_in(text):
        name, _, host = handle.partition("@")
        actor = actors.find_actor_by_handle(conn, name, host or unit.host)
        if actor is not None and actor.is_active:
            found[handle] = actor
    return found


def render(text: str, unit: Unit, mentioned: Mapping[str, Actor], *, is_markdown: bool) -> str:
    """The text as safe HTML with its mentions, hashtags and addresses linked."""
    words = Words({handle: actor.url or actor.uri for handle, actor in mentioned.items()}, f"{unit.origin}/tags/")
    return render_markdown(text, words) if is_markdown else render_plain(text, words)


def texts_of(text: str, mentioned: Mapping[str, Actor], *, is_markdown: bool) -> dict[str, Any]:
    """What the details of a post keep of its text: as it was typed, and whom and what it names."""
    mentions = {actor.uri: Mention(actor.uri, actor.handle) for actor in mentioned.values()}
    return {
        "source": text,
        "source_type": "text/markdown" if is_markdown else "text/plain",
        "mentions": [asdict(mention) for mention in mentions.values()],
        "hashtags": list(hashtags_in(text)),
    }


def texts_with_emojis(text: str, spoiler: str, title: str, poll: Mapping[str, Any] | None) -> list[str]:
    """Where a post may use pictures that stand for words."""
    return [text, spoiler, title, *(option["name"] for option in (poll or {}).get("options", ()))]


def mention_rows(note_id: int, mentioned: Mapping[str, Actor]) -> list[dict[str, Any]]:
    """Rows of ``store.posts.objects.insert_mentions``."""
    uris = {actor.uri for actor in mentioned.values()}
    return [{"object_id": note_id, "actor_uri": uri, "silent": False} for uri in sorted(uris)]
