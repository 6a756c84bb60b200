"""People of this node: an account with a role, and the actor that other servers see.

Here and not among the services of the core, because a person is an actor with keys.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from federation.actors.founding import Identity, create_actor, make_identity
from node.domain.actors import ActorKind
from node.domain.uris import is_email
from node.errors import Conflict, Invalid, Problem
from node.secretbox import SecretBox
from node.sentences import Sentence
from node.services import audit
from node.services.access.passwords import hash_password
from node.services.context import Unit
from node.store.access import accounts
from node.store.people.actors import Actor

ROLES = (accounts.MEMBER, accounts.MODERATOR, accounts.ADMIN)
_TAKEN = """
about abuse actor admin administrator api ap auth authorize explore help host hostmaster inbox instance login logout
mail moderator node noreply oai oauth outbox owner postmaster relay rhizome root security settings setup staff support
system webmaster www
"""
#: User names that would look like a part of the node, or like somebody who speaks for it.
RESERVED = frozenset(_TAKEN.split())
_USERNAME = re.compile(r"[a-z0-9_]{1,30}")


@dataclass(frozen=True, slots=True)
class NewMember:
    """Everything that is made before the transaction, because it takes long: the password's hash, the keys."""

    username: str
    email: str
    password_hash: str
    role: str
    name: str
    identity: Identity


def prepare_member(
    unit: Unit,
    box: SecretBox,
    *,
    username: str,
    email: str,
    password: str | None,
    role: str = accounts.MEMBER,
    name: str = "",
) -> NewMember:
    """A member who can be stored; takes some 100 ms, so call it in a thread where others wait.

    Without a password she signs in at the organisation only, until she asks for one.

    Raises Invalid with the JSON paths of everything that is wrong.
    """
    username, email = username.removeprefix("@").lower(), email.strip().lower()
    if problems := _problems(username, email, role):
        raise Invalid(problems=problems)
    password_hash = "" if password is None else hash_password(password)
    return NewMember(username, email, password_hash, role, name.strip()[:100], make_identity(unit, box))


def _problems(username: str, email: str, role: str) -> list[Problem]:
    expected = {
        "$.username": (_USERNAME.fullmatch(username), Sentence("1 to 30 of the characters a-z, 0-9 and _"), username),
        "$.email": (is_email(email), Sentence("an e-mail address"), email),
        "$.role": (role in ROLES, f"one of {', '.join(ROLES)}", role),
    }
    problems = [Problem(path, wanted, found[:100]) for path, (good, wanted, found) in expected.items() if not good]
    if username in RESERVED:
        problems.append(Problem("$.username", Sentence("a name that the node does not need itself"), username))
    return problems


def create_member(conn: Connection, unit: Unit, new: NewMember) -> Actor:
    """Store the member, with a row in the audit log.

    Raises Conflict where the user name or the e-mail address is taken.
    """
    if accounts.find_account(conn, new.email) is not None:
        raise Conflict("This e-mail address belongs to another account.")
    person = create_actor(conn, unit, new.identity, ActorKind.PERSON, new.username, name=new.name)
    accounts.insert_account(conn, person.id, new.email, new.password_hash, new.role, unit.now)
    audit.record(conn, unit, None, "member.add", person.uri, after={"role": new.role})
    return person
