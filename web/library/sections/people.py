"""Who made it: one person or organisation on a line, with an address where there is one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from node.domain.records import Agent, ResourceRecord
from node.domain.uris import is_web_uri
from node.sentences import Sentence
from web.design.parts import Field
from web.library.form import Form, Parts, Section, Values

MAX_CREATORS = 100
_LINE = re.compile(r"(?P<name>[^<>]+?)\s*(?:<(?P<address>[^<>\s]+)>)?\s*")


@dataclass(frozen=True, slots=True)
class People:
    creators: Field


def show(record: ResourceRecord) -> Values:
    return {"creators": "\n".join(map(_line, record.get("creator", ())))}


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    """Somebody who was there before keeps what else is known of her; a new name is a person's."""
    before = {_line(agent): agent for agent in form.kept("creator")}
    found: list[Agent] = []
    for line in filter(None, map(str.strip, form.text("creators").splitlines())):
        parts = _LINE.fullmatch(line)
        address = parts["address"] if parts else None
        if line in before:
            found.append(before[line])
        elif parts is None or len(parts["name"]) > 300 or (address and not is_web_uri(address)):
            return {}, {
                "creators": Sentence(
                    "One name on each line, as in: Ada Example <https://orcid.org/0000-0002-1825-0097>"
                )
            }
        else:
            agent: Agent = {"type": "Person", "name": parts["name"]}
            found.append(cast(Agent, {**agent, "id": address}) if address else agent)
    if len(found) > MAX_CREATORS:
        return {}, {"creators": Sentence("At most 100 names.")}
    return {"creator": found}, {}


def data(form: Form) -> People:
    return People(Field(value=form.values.get("creators", ""), error=form.error("creators")))


def _line(agent: Agent) -> str:
    address = agent.get("id") or agent.get("url") or ""
    name = " ".join(agent["name"].split())
    return f"{name} <{address}>" if is_web_uri(address) else name


SECTION = Section("people", Sentence("Who made it"), "library/sections/people.html", show, read, data)
