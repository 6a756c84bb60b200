"""What is dear to make, and the same to nearly every test, is made once in a process or made cheaper.

A pair of RSA keys takes some 70 ms of processor time and a password 60: a node with three people would spend most of
its test on them. ``generate_rsa`` and ``PASSWORD_COST`` are the ones of the product, for the tests that mean them.
Processes that a test starts know nothing of this.
"""

import itertools

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from federation.signatures import keypairs
from node.services import passwords

generate_rsa = keypairs.generate_rsa
PASSWORD_COST = passwords.TODAY
#: So many keys in a row differ: more than a test has actors that must not be mistaken for each other.
_PAIRS = 24

_numbers = itertools.count()
_made: list[RSAPrivateKey] = []


def take_rsa() -> RSAPrivateKey:
    """The next of the keys of this process."""
    number = next(_numbers)
    if number < _PAIRS:
        _made.append(generate_rsa())
    return _made[number % _PAIRS]


def lower() -> None:
    """Lower the costs of this process, for all tests."""
    keypairs.generate_rsa = take_rsa
    passwords.TODAY = passwords.Cost(rounds=1, memory_kib=64, lanes=1)
