"""What the form of a resource is about."""

from dataclasses import dataclass
from typing import cast

from node.domain.pathways import is_pathway
from node.domain.records import ResourceRecord
from node.domain.reuse import carried_over, reference_to
from node.services.library.authoring import Author
from node.store.library.drafts import Draft
from node.store.library.resources import Resource
from node.store.people.actors import Actor

NEW = "/resources/new"


@dataclass(frozen=True, slots=True)
class Target:
    """What a form is about: something published that is changed, a work that is built on, a draft; or nothing yet."""

    author: Author
    edited: Resource | None = None
    source: Resource | None = None
    draft: Draft | None = None
    name: str = ""  # of the author
    owner_name: str = ""  # of the organisation
    may_build: bool = True  # something from the source
    communities: tuple[Actor, ...] = ()  # for their members alone, to which the author belongs

    @property
    def action(self) -> str:
        return f"{self.edited.path}/edit" if self.edited else NEW

    @property
    def base(self) -> ResourceRecord | None:
        """The record whose keys the form changes: that of the resource, or what is made from the source."""
        if self.edited is not None:
            return self.edited.record
        return derived(self.source) if self.source is not None else None


def derived(source: Resource) -> ResourceRecord:
    """What begins as a copy of another work: the same content and creators, and where it comes from."""
    reference = reference_to(source.record, owner_uri=source.owner.uri, owner_name=source.owner.title)
    dropped = {"id", "url", "publisher", "isPartOf", "mainEntityOfPage", "previousVersion"}
    dropped |= set() if is_pathway(source.record) else {"hasPart"}
    dropped |= {"visibility", "community"}
    dropped |= {"datePublished", "dateModified", "dateCreated", "version", "digest", "created", "updated"}
    kept = {key: value for key, value in source.record.items() if key not in dropped}
    kept["creator"] = carried_over(source.record)
    return cast(ResourceRecord, {**kept, "isBasedOn": [reference]})
