"""Sealed secrets open for whom they were sealed, and for nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import ConfigurationRefused
from node.secretbox import SecretBox, key_id
from tests.depth import examples

KEY, OTHER = bytes(range(32)), bytes(32)


@examples(50)
@given(st.binary(max_size=4000), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_sealed_data_comes_back(data: bytes, purpose: str) -> None:
    box = SecretBox(KEY)
    sealed = box.seal(data, purpose=purpose)
    assert len(sealed) == len(data) + 33
    assert box.open(sealed, purpose=purpose) == data


def test_sealing_twice_gives_two_values() -> None:
    box = SecretBox(KEY)
    assert box.seal(b"data", purpose="a") != box.seal(b"data", purpose="a")


def test_any_flipped_bit_is_noticed() -> None:
    box = SecretBox(KEY)
    sealed = box.seal(b"private key", purpose="actor key")
    for bit in range(len(sealed) * 8):
        broken = bytearray(sealed)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ConfigurationRefused):
            box.open(bytes(broken), purpose="actor key")


def test_anything_cut_short_is_noticed() -> None:
    box = SecretBox(KEY)
    sealed = box.seal(b"private key", purpose="actor key")
    for length in range(len(sealed)):
        with pytest.raises(ConfigurationRefused):
            box.open(sealed[:length], purpose="actor key")


def test_another_purpose_or_key_does_not_open() -> None:
    sealed = SecretBox(KEY).seal(b"data", purpose="actor key")
    with pytest.raises(ConfigurationRefused, match="changed since"):
        SecretBox(KEY).open(sealed, purpose="token")
    with pytest.raises(ConfigurationRefused, match="does not hold the key"):
        SecretBox(OTHER).open(sealed, purpose="actor key")


def test_replaced_key_still_opens_and_asks_for_new_seals() -> None:
    old = SecretBox(OTHER).seal(b"data", purpose="a")
    box = SecretBox(KEY, previous=[OTHER])
    assert box.open(old, purpose="a") == b"data"
    assert not box.is_current(old)
    assert box.is_current(box.seal(b"data", purpose="a"))


def test_repr_shows_no_key() -> None:
    assert repr(SecretBox(KEY)) == f"SecretBox({key_id(KEY).hex()})"
    assert KEY[:4].hex() not in repr(SecretBox(KEY))
