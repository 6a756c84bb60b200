"""The profile of the person who asks, her preferences, and her other addresses."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.actors import moving
from federation.state import FEDERATION
from node.domain.media import MediaPurpose
from node.domain.preferences import READING
from node.domain.uris import is_web_uri
from node.errors import Conflict, Forbidden, Invalid, NodeError, NotFound
from node.services.context import Unit
from node.services.people.preferences import Defaults, change_defaults
from node.services.people.profiles import ProfileChange, change_profile
from node.services.posts.media import show_on_profile
from node.state import NODE
from node.store.access import accounts
from node.store.people import actors
from node.store.people.actors import Actor
from web.account import throttle
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.entities.accounts import credential_account
from web.client_api.entities.look import look_of
from web.client_api.parameters import Parameters, read_parameters
from web.uploads import on_disk, roomy

_PICTURES = (MediaPurpose.AVATAR, MediaPurpose.HEADER)
#: By purpose the id and the address of an upload; None and an empty one take the picture away.
_Pictures = dict[MediaPurpose, tuple[int | None, str]]


async def update_credentials(request: web.Request) -> web.Response:
    """What is sent changes, everything else stays; answers the account as it is then."""
    caller, node = await require(request, "write:accounts"), request.app[NODE]
    async with roomy(request, files=len(_PICTURES)) as wide:
        sent = await read_parameters(wide)
        change, defaults = _profile(sent), _defaults(sent)
        pictures: _Pictures = {
            purpose: (None, "") for purpose in _PICTURES if sent.has(purpose.value) and sent.file(purpose.value) is None
        }
        async with on_disk(request, *(sent.file(purpose.value) for purpose in _PICTURES)) as places:
            for purpose, place in zip(_PICTURES, places, strict=True):
                if place is not None:
                    taken = await node.uploads.take_picture(caller.actor_id, place, purpose)
                    pictures[purpose] = taken.id, node.links.stored(taken.key)
        await node.store.write(_change, node.unit(), caller.actor_id, change, defaults, pictures)
    return await show_profile_of(request, caller.actor_id)


def _profile(sent: Parameters) -> ProfileChange:
    fields = sent.tables("fields_attributes")
    return ProfileChange(
        name=sent.text("display_name"),
        note=sent.text("note"),
        fields=[(each.text("name") or "", each.text("value") or "") for each in fields]
        if sent.has("fields_attributes")
        else None,
        locked=sent.flag("locked"),
        discoverable=sent.flag("discoverable"),
        indexable=sent.flag("indexable"),
        bot=sent.flag("bot"),
        hides_follows=sent.flag("hide_collections"),
    )


def _defaults(sent: Parameters) -> Defaults:
    source = sent.table("source")
    return Defaults(
        visibility=source.text("privacy"),
        sensitive=source.flag("sensitive"),
        language=source.language("language"),
        quote_policy=source.text("quote_policy"),
        attribution_domains=sent.texts("attribution_domains") if sent.has("attribution_domains") else None,
    )


def _change(
    conn: Connection, unit: Unit, actor_id: int, change: ProfileChange, defaults: Defaults, pictures: _Pictures
) -> None:
    """All or nothing; what is sent to others is one update."""
    change_defaults(conn, actor_id, defaults)
    is_told = change_profile(conn, unit, actor_id, change)
    for purpose, (media_id, url) in pictures.items():
        show_on_profile(conn, unit, actor_id, purpose, media_id, url, tell=not is_told)
        is_told = True


async def show_profile_of(request: web.Request, actor_id: int) -> web.Response:
    return answer(await request.app[NODE].store.read(credential_account, look_of(request), actor_id))


async def show_profile(request: web.Request) -> web.Response:
    """The scope ``profile`` is enough to learn who one is."""
    caller = await require(request, "profile", "read:accounts")
    return await show_profile_of(request, caller.actor_id)


async def show_preferences(request: web.Request) -> web.Response:
    """Under the names that apps know, colons included."""
    caller = await require(request, "read:accounts")
    own = await request.app[NODE].store.read(accounts.load_settings, caller.actor_id)
    reading = {**READING, **own.preferences}
    return answer(
        {
            "posting:default:visibility": own.default_visibility,
            "posting:default:sensitive": own.default_sensitive,
            "posting:default:language": own.default_language or None,
            "posting:default:quote_policy": own.default_quote_policy,
            "reading:expand:media": reading["expand_media"],
            "reading:expand:spoilers": reading["expand_spoilers"],
            "reading:autoplay:gifs": reading["autoplay_gifs"],
        }
    )


# -- other addresses -------------------------------------------------------------------------------------------------

_MOST_ALIASES = 10


async def set_aliases(request: web.Request) -> web.Response:
    """``also_known_as_uris[]``: these are the other addresses of the account, and no others."""
    caller, node = await require(request, "write:accounts"), request.app[NODE]
    wanted = list(dict.fromkeys((await read_parameters(request)).texts("also_known_as_uris")))
    if len(wanted) > _MOST_ALIASES or not all(map(is_web_uri, wanted)):
        raise Invalid(f"Please name at most {_MOST_ALIASES} addresses of accounts.")
    known = await node.store.read(lambda conn: actors.load_profile(conn, caller.actor_id).also_known_as)
    others = [await _find(request, uri) for uri in wanted if uri not in known]
    kept = {uri for uri in known if uri in wanted}

    def change(conn: Connection, unit: Unit) -> None:
        me = _me(conn, caller.actor_id)
        for uri in known:
            if uri not in kept:
                moving.remove_alias(conn, unit, me, uri)
        for other in others:
            moving.add_alias(conn, unit, me, other)

    await _told(request, change)
    return await show_profile_of(request, caller.actor_id)


async def move(request: web.Request) -> web.Response:
    """``moved_to_uri`` and ``password``: the account goes there with its followers."""
    caller, node = await require(request, "write:accounts"), request.app[NODE]
    sent = await read_parameters(request)
    uri, password = sent.text("moved_to_uri") or "", sent.text("password") or ""
    account, key = await node.store.read(accounts.load_account, caller.actor_id), str(caller.actor_id)
    if account is None or not await throttle.is_right_password(request, key, account.password_hash or None, password):
        raise Forbidden("The password is not right.")
    if not is_web_uri(uri):
        raise Invalid("Please name the address of the other account.")
    target = await _find(request, uri, fresh=True)
    await _told(request, lambda conn, unit: moving.move(conn, unit, _me(conn, caller.actor_id), target))
    return empty()


async def _find(request: web.Request, uri: str, *, fresh: bool = False) -> Actor:
    """Raises Invalid where there is no account at this address."""
    try:
        found: Actor = await request.app[FEDERATION].fetcher.actor(uri, fresh=fresh)
    except NodeError as error:
        raise Invalid("There is no account at this address.", detail=str(error)) from error
    return found


def _me(conn: Connection, actor_id: int) -> Actor:
    found = actors.find_actor_by_id(conn, actor_id)
    if found is None:
        raise NotFound
    return found


async def _told(request: web.Request, change: Any) -> None:
    node = request.app[NODE]
    try:
        await node.store.write(change, node.unit())
    except Conflict as error:
        raise Invalid(error.public) from error


ROUTES = [
    web.patch("/api/v1/accounts/update_credentials", update_credentials, name="client-update-credentials"),
    web.get("/api/v1/profile", show_profile, name="client-profile"),
    web.put("/api/v1/profile", update_credentials, name="client-profile-update"),
    web.patch("/api/v1/profile", update_credentials, name="client-profile-change"),
    web.get("/api/v1/preferences", show_preferences, name="client-preferences"),
    web.post("/api/v1/accounts/alias", set_aliases, name="client-alias"),
    web.post("/api/v1/accounts/move", move, name="client-move"),
]
