"""What ``make bench`` makes of its figures; they themselves are measured by hand."""

import pytest

from benchmarks.report import FIGURES, ratios, table
from benchmarks.soak import Look, compare
from tests.rows import each_row

SLOW = {"aiohttp_echo_per_s": 1000.0, "rsa_sign_per_s": 500.0, "rsa_verify_per_s": 9000.0, "fsync_per_s": 100.0}
FAST = {part: 4 * speed for part, speed in SLOW.items()}


def test_two_machines_are_compared_by_their_parts() -> None:
    """Four times as fast, with four times the rate and a quarter of the cost: nothing has changed."""
    slow = {"machine": SLOW, "inbox": {"visible_per_s": 300.0, "cpu_s_per_1000": 2.0}, "idle": {"idle_mib": 80.0}}
    fast = {"machine": FAST, "inbox": {"visible_per_s": 1200.0, "cpu_s_per_1000": 0.5}, "idle": {"idle_mib": 40.0}}
    assert ratios(slow) == ratios(fast) == {"inbox.visible_per_s": 0.3, "inbox.cpu_s_per_1000": 2.0}
    lines = {line[:36].strip(): line for line in table(fast, slow).splitlines()}
    for name, shown in (
        ("inbox: visible/s", ("0.30 echoes", "1.00x")),
        ("inbox: CPU s per 1,000", ("2.00 echoes", "1.00x")),
        ("idle memory, MiB", ("40.00", "0.50x")),
        ("bare aiohttp, echoes/s", ("4000.00", "4.00x")),
    ):
        assert all(each in lines[name] for each in shown), lines[name]
    assert "1.00x" not in table(fast)


def test_every_figure_fits_its_column() -> None:
    assert [figure.name for figure in FIGURES if len(figure.name) > 36] == []


@each_row(
    "growth, leaks",
    ((lambda second: 100.0, False), (lambda second: min(100.0 + second, 130.0), False), (lambda s: 100.0 + s, True)),
)
def test_a_soak_tells_a_leak_from_a_cache_that_fills(growth, leaks: bool) -> None:
    """REL18: no queue, cache or set grows for ever."""
    looks = [Look(growth(second), 50 + second * leaks, 4.0, 0.5) for second in range(200)]
    found = compare(looks)
    assert (found["memory_growth"] > 1.1, found["handles_growth"] > 1.1) == (leaks, leaks)
    assert compare(looks[:1])["memory_growth"] == pytest.approx(1.0)
