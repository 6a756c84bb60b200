"""What a delivery says beside its body: how its sender's catalogue stands, and who follows its sender from here."""

from collections.abc import Mapping
from typing import Any

from federation.applying.batch import Batch
from federation.signatures.httpsig import Message
from federation.synchronisation import catalogue_header, followers_sync
from node.services.library import catalogue

_MAX_HEADER = 4_096


def read(message: Message) -> dict[str, str] | None:
    """As the job keeps it until the body is applied; None where nothing is said."""
    said = {
        "catalogue": message.headers.get(catalogue_header.NAME.lower(), "")[:_MAX_HEADER],
        "followers": followers_sync.covered_header(message) or "",
    }
    return {name: value for name, value in said.items() if value} or None


def compare(batch: Batch, said: Mapping[str, Any] | None, signer_uri: str) -> None:
    """Equal now, or to be looked at; call it once the body is applied. Who signs speaks of itself alone."""
    sender = batch.actor(signer_uri) if said else None
    if not said or sender is None or sender.local:
        return
    announced = catalogue_header.read_header(said.get("catalogue", ""))
    if announced is not None:
        catalogue.note_announcement(batch.conn, batch.unit, sender, announced)
    if followers := said.get("followers"):
        followers_sync.note_announcement(batch.conn, batch.unit.ids, batch.unit.now, sender, followers)
