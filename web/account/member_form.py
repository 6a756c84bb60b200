"""The fields with which somebody becomes a member: invited, for herself, or as the first administrator."""

from collections.abc import Mapping

from federation.actors.members import NewMember, prepare_member
from node.errors import Conflict, Invalid
from node.secretbox import SecretBox
from node.sentences import Sentence
from node.services.access.passwords import check_strength
from node.services.context import Unit
from node.store.access import accounts

_PLACES = {"$.username": "user_name", "$.email": "email", "$.password": "password"}


def prepare(unit: Unit, box: SecretBox, fields: Mapping[str, str], *, role: str = accounts.MEMBER) -> NewMember:
    """The member whom the fields describe; takes as long as ``prepare_member`` and raises as that does."""
    password = fields.get("password", "")
    check_strength(password)
    return prepare_member(
        unit,
        box,
        username=fields.get("user_name", ""),
        email=fields.get("email", ""),
        password=password,
        role=role,
        name=fields.get("display_name", ""),
    )


def wrong(error: Invalid | Conflict) -> dict[str, str]:
    """What stands beside which field."""
    if isinstance(error, Conflict):
        return {"user_name": error.public}
    return {
        _PLACES.get(each.path, "user_name"): Sentence("Please use {what}.", what=each.expected)
        for each in error.problems
    }
