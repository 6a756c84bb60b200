"""Telling other servers: the kind of job that waits most often, as hosts that are away are asked for days."""

from collections.abc import Iterator

from federation.sending.delivery import Deliverer
from node.app.foundation import Foundation
from node.app.parts import Parts
from node.jobs.kind import Kind


def build(base: Foundation, parts: Parts) -> Iterator[Kind]:
    """The one kind of this group."""
    yield Deliverer(base.store, base.clock, base.ids, parts.client, parts.hosts, parts.keyring, parts.signing).kind()
