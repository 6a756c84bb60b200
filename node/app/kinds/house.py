"""What is done for people here."""

from collections.abc import Iterator

from federation.push import Pusher
from node.app.foundation import Foundation
from node.app.parts import Parts
from node.jobs.kind import Kind
from node.mail import Mailer
from node.services.accounts.leaving import Leaving
from node.services.events.event_work import Reminders, Replies
from node.services.governing.narrowing import Parting
from node.services.library.topic_shares import Topics
from node.services.news.mailing import Post
from node.services.posts.polls import Closing
from node.services.posts.scheduling import Publishing


def build(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """All of it."""
    config, clock, store, unit, links = base.config, base.clock, base.store, base.unit, parts.links
    yield parts.uploads.kind()
    yield Publishing(store, unit, links).kind()
    yield Closing(store, unit).kind()
    yield Reminders(store, unit).kind()
    yield Replies(store, unit).kind()
    yield Topics(store, unit).kind()
    yield Leaving(store, unit).kind()
    yield Parting(store, unit).kind()
    yield Post(store, clock, config, Mailer(config.mail, host=config.host)).kind()
    languages = config.node.languages
    yield Pusher(
        store, clock, parts.client, base.box, origin=config.origin, proxied=links.proxied, languages=languages
    ).kind()
