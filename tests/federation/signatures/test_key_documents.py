"""Where a key's id leads, whatever is written there: an actor that lists it, or nothing."""

from dataclasses import replace
from typing import Any

import pytest

from node.errors import NodeError
from node.ports import FetchedDocument
from node.store.people import actors
from tests.network import network
from tests.remote import remote

ODD: tuple[Any, ...] = (None, "", 0, [], ["{other}"], [["{actor}"]], {}, {"id": "{actor}"}, "{other}", "{actor}#", True)
#: Without these a document leads to no key; with anything in place of the others it leads there, or nowhere.
_NEEDED = {"own": {"id", "type", "publicKey"}, "stub": {"id", "publicKey"}}
_MEMBERS = ("id", "type", "publicKey", "owner", "inbox", "preferredUsername", "assertionMethod", "endpoints")
_OF_KEY = ("id", "owner", "publicKeyPem")


async def test_what_is_no_key_document_makes_nobody_known(tmp_path) -> None:
    """Each member of an actor, of a key by itself and of a stub is in turn something else."""
    async with network(tmp_path, "hospital") as net, remote() as far:
        fetcher, zoe = net.peers[0].system.federation.fetcher, far.actor("zoe")
        key = zoe.document["publicKey"]
        number = 0

        async def read(document: Any) -> bool:
            """Whether it leads to a key; served at an address of its own."""
            nonlocal number
            number += 1
            address = f"{far.origin}/keys/{number}"
            names = {
                "{key}": f"{address}#main-key",
                "{actor}": zoe.uri,
                "{other}": "https://other.example/u",
                "{self}": address,
            }
            far.documents[f"/keys/{number}"] = _filled(document, names)
            try:
                owner = await fetcher.fetch_key_owner(names["{key}"])
                await fetcher.keep(owner)
                return owner.find_key(names["{key}"]) is not None
            except NodeError:
                return False

        own = {**zoe.document, "id": "{self}", "publicKey": {**key, "id": "{key}", "owner": "{self}"}}
        stub = {"id": "{self}", "publicKey": {**key, "id": "{key}", "owner": zoe.uri}}
        assert await read(own)
        wrong = [
            (kind, name, odd)
            for kind, whole in (("own", own), ("stub", stub))
            for name in _MEMBERS
            for odd in ODD
            if await read({**whole, name: odd}) and name in _NEEDED[kind]
        ]
        wrong += [
            ("key", name, odd)
            for name in _OF_KEY
            for odd in ODD
            if await read({**own, "publicKey": {**own["publicKey"], name: odd}})
        ]
        assert wrong == []
        assert await net.peers[0].store.read(actors.find_actor, "https://other.example/u") is None


def _aliased(document: dict[str, Any]) -> dict[str, Any]:
    """As a processor of JSON-LD may write it."""
    rest = {name: value for name, value in document.items() if name not in ("id", "type")}
    return {"@id": document["id"], "@type": f"as:{document['type']}", **rest}


async def test_a_key_is_found_however_its_actor_is_written(tmp_path) -> None:
    async with network(tmp_path, "hospital") as net, remote() as far:
        fetcher, zoe = net.peers[0].system.federation.fetcher, far.actor("zoe")
        whole, key = zoe.document, zoe.document["publicKey"]
        second = {**key, "id": f"{zoe.uri}#second"}
        forms = {
            "several types": {**whole, "type": ["http://schema.org/Person", "Person"]},
            "aliases": _aliased(whole),
            "a list of keys": {**whole, "publicKey": [second, key]},
            "the owner as an object": {**whole, "publicKey": {**key, "owner": {"id": zoe.uri, "type": "Person"}}},
        }
        for name, document in forms.items():
            far.documents["/users/zoe"] = document
            owner = await fetcher.fetch_key_owner(key["id"])
            assert owner.find_key(key["id"]) is not None, name


async def test_a_key_that_its_actor_lists_by_its_id_is_read_there(tmp_path) -> None:
    async with network(tmp_path, "hospital") as net, remote() as far:
        fetcher, zoe = net.peers[0].system.federation.fetcher, far.actor("zoe")
        inside, outside = zoe.document["publicKey"], f"{far.origin}/keys/zoe"
        far.documents["/keys/zoe"] = {**inside, "id": outside}
        for listed in (outside, [inside, outside], [{**inside, "id": outside}]):
            far.documents["/users/zoe"] = {**zoe.document, "publicKey": listed}
            owner = await fetcher.fetch_key_owner(outside)
            assert owner.find_key(outside) is not None, listed
            assert (owner.find_key(inside["id"]) is not None) == (isinstance(listed, list) and inside in listed), listed
        for listed in (inside, f"{far.origin}/keys/ann", []):
            far.documents["/users/zoe"] = {**zoe.document, "publicKey": listed}
            assert (await fetcher.fetch_key_owner(outside)).find_key(outside) is None, listed
        multikey = {**zoe.document["assertionMethod"][0], "id": outside}
        far.documents["/keys/zoe"] = multikey
        far.documents["/users/zoe"] = {**zoe.document, "assertionMethod": [outside]}
        assert (await fetcher.fetch_key_owner(outside)).find_key(outside) is not None


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return names.get(value, value.replace("{actor}", names["{actor}"])) if isinstance(value, str) else value


@pytest.mark.parametrize("host", ["good.example:443", "GOOD.example", "good.example."])
async def test_an_id_with_another_spelling_of_its_host_is_read_from_its_own_address(
    tmp_path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """What is asked for and where it was answered are compared as addresses, not as texts."""
    async with network(tmp_path, "hospital") as net, remote() as far:
        peer, zoe = net.peers[0], far.actor("zoe")
        uri = f"https://{host}/u/zoe"
        document = replace(zoe, uri=uri, key=replace(zoe.key, key_id=f"{uri}#main-key")).document

        async def get(url: str, **_: Any) -> FetchedDocument:
            return FetchedDocument(200, document, "", "https://good.example/u/zoe")

        monkeypatch.setattr(peer.system.federation.fetcher, "get_document", get)
        found = await peer.system.federation.fetcher.fetch_key_owner(f"{uri}#main-key")
        assert (found.uri, found.find_key(f"{uri}#main-key") is not None) == (uri, True)
