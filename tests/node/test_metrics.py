"""Metrics: names, labels, and the bound on host names."""

import os
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from node import metrics


def samples() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(name: str, **labels: str) -> float:
    """Of one sample, 0 where there is none; without writing and reading all the others, thousands late in a run."""
    families = metrics.REGISTRY.restricted_registry([name]).collect()
    found = (sample for family in families for sample in family.samples)
    return next((sample.value for sample in found if (sample.name, sample.labels) == (name, labels)), 0.0)


def test_what_happened_can_be_read_back() -> None:
    labels = {"route": "/api/v1/timelines/home", "method": "GET", "status": "200"}
    before = value("rhizome_http_request_seconds_count", **labels)
    metrics.request_answered("/api/v1/timelines/home", "GET", 200, 0.002)
    metrics.request_answered("/", "BREW", 405, 0.001)
    assert value("rhizome_http_request_seconds_count", **labels) == before + 1
    assert value("rhizome_http_request_seconds_count", route="/", method="other", status="405") >= 1

    before = value("rhizome_inbox_activities_total", outcome="refused", rule="IN7")
    metrics.inbox_taken("refused", rule="IN7")
    metrics.inbox_taken("accepted", count=3)
    assert value("rhizome_inbox_activities_total", outcome="refused", rule="IN7") == before + 1
    assert value("rhizome_inbox_activities_total", outcome="accepted", rule="") >= 3


def test_state_is_what_was_measured_last() -> None:
    metrics.jobs_counted({"inbox": {"due": 3, "parked": 1}, "delivery": {"due": 0}}, {"inbox": 2.5})
    metrics.storage_measured({"database": 4096, "wal": 32, "media": 0}, free=10**9)
    metrics.circuits_counted(2)
    metrics.started(development=True)
    assert value("rhizome_jobs", kind="inbox", state="parked") == 1
    assert value("rhizome_jobs_oldest_seconds", kind="inbox") == 2.5
    assert value("rhizome_jobs_oldest_seconds", kind="delivery") == 0
    assert value("rhizome_storage_bytes", what="wal") == 32
    assert value("rhizome_circuits_open") == 2
    assert value("rhizome_development_mode") == 1
    assert samples()["rhizome_process_resident_memory_bytes", frozenset()] > 0
    metrics.jobs_counted({"inbox": {"due": 1}}, {})
    assert ("rhizome_jobs", frozenset({("kind", "delivery"), ("state", "due")})) not in samples(), (
        "nothing is left of it"
    )


def test_strangers_cannot_make_more_than_200_host_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_hosts", set())
    for number in range(metrics.MAX_HOSTS + 50):
        metrics.delivery_ended("retry", 0.1, host=f"host{number}.example")
    metrics.delivery_ended("ok", 0.1, host="fine.example")
    labels = [dict(labels)["host"] for name, labels in samples() if name == "rhizome_delivery_failures_total"]
    ours = (".example", metrics.OTHER_HOSTS)  # the registry is the process's: other tests have hosts there too
    hosts = {label for label in labels if label.endswith(ours)}
    assert "host0.example" in hosts
    assert metrics.OTHER_HOSTS in hosts
    assert len(hosts) <= metrics.MAX_HOSTS + 1
    assert "fine.example" not in hosts


def test_every_metric_is_ours_and_explains_itself() -> None:
    for family in text_string_to_metric_families(metrics.render().decode()):
        assert family.name.startswith(("rhizome_", "python_info"))
        assert family.documentation


def test_registry_of_the_library_stays_empty() -> None:
    script = "import node.metrics, prometheus_client as p; print(b'rhizome' in p.generate_latest())"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    assert answer.stdout.strip() == "False"
