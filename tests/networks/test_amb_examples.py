"""Every valid example of the AMB schema, published here and read on another node."""

import json
from collections.abc import Collection

import pytest
from sqlalchemy import Connection

from federation.catalogues.amb import read_amb
from federation.catalogues.amb_export import write_amb
from node.domain.records import ResourceRecord
from node.store.library import resources
from node.store.posts import objects
from tests.network import Peer, network
from tests.shared import shared_files

EXAMPLES = shared_files("catalogues/amb/20231019/examples/valid")


def load(conn: Connection, uris: Collection[str]) -> dict[str, ResourceRecord]:
    known = objects.load_objects(conn, uris)
    stored = resources.load_by_objects(conn, [each.id for each in known.values()])
    return {uri: stored[each.id].record for uri, each in known.items()}


async def held(peer: Peer, uris: Collection[str]) -> dict[str, ResourceRecord]:
    return await peer.store.read(load, uris)


@pytest.mark.skipif(not EXAMPLES, reason="the shared test data (catalogues) is not beside this checkout")
async def test_each_is_held_elsewhere_as_at_home_and_is_amb_again(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
        await net.settle()
        documents = {}
        for path in EXAMPLES:
            document = json.loads(path.read_bytes())
            record = read_amb(document).record
            assert record is not None, path.name
            documents[(await university.publish(dict(record))).uri] = document
        await net.settle()
        there = await held(hospital, documents)
        assert there == await held(university, documents)
        assert there.keys() == documents.keys()
        for uri, document in documents.items():
            again = write_amb(there[uri]).document
            assert {name: value for name, value in again.items() if name in document} == document
            assert again.keys() - document.keys() <= {"publisher"}, "the house, where nobody else is named"
