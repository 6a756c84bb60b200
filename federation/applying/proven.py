"""Activities that carry a valid proof of their own actor (FEP-8b32), as that actor signed them."""

from federation.mapping.activity import Activity, read_activity
from federation.signatures.keys import RemoteKeys
from federation.signatures.proofs import proof_key_id, verify_proof
from node.domain.uris import same_origin
from node.errors import SignatureInvalid


async def read_proven(keys: RemoteKeys, activity: Activity, *, now: int) -> Activity:
    """The activity with its proof, without the contexts that somebody has appended since.

    By what was appended another one could be its actor, whose key then fits: so who it is, and of what it speaks, must
    be the same by the words that were signed. Raises SignatureInvalid, and as ``RemoteKeys.find`` does.
    """
    key_id = proof_key_id(activity.raw) or ""
    if not same_origin(key_id, activity.actor):
        raise SignatureInvalid(detail=key_id)
    key = await keys.find(key_id)
    if key.owner_uri != activity.actor:
        raise SignatureInvalid(detail=key_id)
    signed = verify_proof(activity.raw, key.public, now=now)
    if signed.get("@context") == activity.raw.get("@context"):
        return activity
    proven = read_activity({**activity.raw, "@context": signed["@context"]})
    if (proven.id, proven.actor) != (activity.id, activity.actor):
        raise SignatureInvalid(detail=f"{activity.id} is another by the words that were signed")
    return proven
