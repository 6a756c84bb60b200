"""What the node says about itself: rules, description, privacy policy, terms. Administrators write it."""

import enum

from sqlalchemy import Connection

from node.domain.words import MAX_MARKDOWN
from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.services import audit
from node.services.context import Unit
from node.store.house import rules
from node.store.house.rules import NodeText, Rule
from node.text.markdown import render_markdown
from node.text.richtext import clean_plain_field

MAX_RULES, MAX_RULE, MAX_HINT = 50, 500, 1_000


class TextName(enum.StrEnum):
    """The texts that there can be."""

    ABOUT = "about"
    PRIVACY = "privacy-policy"
    TERMS = "terms-of-service"


def put_rule(conn: Connection, unit: Unit, admin_id: int, text: str, hint: str, *, rule_id: int | None = None) -> None:
    """Add a rule, or change one. Raises Invalid for a text that is empty or too long, NotFound for no such rule."""
    known = {rule.id: rule for rule in rules.load_rules(conn)}
    if rule_id is not None and rule_id not in known:
        raise NotFound
    if rule_id is None and len(known) >= MAX_RULES:
        raise Invalid(Sentence("There can be at most {n} rules.", n=MAX_RULES))
    rule = Rule(rule_id or unit.ids.new(), clean_plain_field(text), clean_plain_field(hint))
    if not rule.text or len(rule.text) > MAX_RULE or len(rule.hint) > MAX_HINT:
        raise Invalid(
            Sentence(
                "A rule has 1 to {most} characters, its explanation at most {most_hint}.",
                most=MAX_RULE,
                most_hint=MAX_HINT,
            )
        )
    rules.put_rule(conn, rule)
    before = known.get(rule.id)
    audit.record(conn, unit, admin_id, "rule.set", str(rule.id), before.text if before else None, rule.text)


def delete_rule(conn: Connection, unit: Unit, admin_id: int, rule_id: int) -> None:
    found = next((rule for rule in rules.load_rules(conn) if rule.id == rule_id), None)
    if found is None:
        raise NotFound
    rules.delete_rule(conn, rule_id)
    audit.record(conn, unit, admin_id, "rule.remove", str(rule_id), found.text, None)


def raise_rule(conn: Connection, unit: Unit, admin_id: int, rule_id: int) -> None:
    """One place up."""
    before = [rule.id for rule in rules.load_rules(conn)]
    if rule_id not in before:
        raise NotFound
    after, place = [*before], before.index(rule_id)
    after.insert(max(0, place - 1), after.pop(place))
    rules.order_rules(conn, after)
    places = (str(each.index(rule_id) + 1) for each in (before, after))
    audit.record(conn, unit, admin_id, "rule.raise", str(rule_id), *places)


def put_text(conn: Connection, unit: Unit, admin_id: int, name: TextName, markdown: str) -> None:
    """Write one of the texts anew; an empty one takes it away. Raises Invalid for one that is too long."""
    if len(markdown) > MAX_MARKDOWN:
        raise Invalid(Sentence("This text has at most {n} characters.", n=MAX_MARKDOWN))
    before = rules.load_texts(conn).get(name)
    rules.put_text(conn, name, NodeText(markdown, render_markdown(markdown), unit.now))
    audit.record(conn, unit, admin_id, "text.set", name, before.markdown if before else None, markdown or None)
