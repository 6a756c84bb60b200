"""Figures as a table: beside their bar, as a ratio to the part of the machine that bounds them, against a baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: where it stands in the results, and what it is measured against.

    ``part`` is the figure of the machine that bounds it; of costs the product counts, of rates the quotient.
    """

    path: str
    name: str
    part: str = ""
    bar: str = ""
    is_cost: bool = False

    def value(self, results: Mapping[str, Any]) -> float | None:
        found: Any = results
        for key in self.path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def ratio(self, results: Mapping[str, Any]) -> float | None:
        """The figure in the measure of the machine that it was taken on."""
        value, part = self.value(results), results["machine"].get(self.part)
        if value is None or part is None:
            return None
        return value / 1000 * part if self.is_cost else value / part


#: What a part of the machine is called beside a figure: a cost is worth so many, a rate is so much of theirs.
_PARTS = {
    "aiohttp_echo_per_s": "echoes",
    "rsa_sign_per_s": "signatures",
    "rsa_verify_per_s": "verifications",
    "fsync_per_s": "fsync",
}

FIGURES = (
    Figure("machine.aiohttp_echo_per_s", "bare aiohttp, echoes/s"),
    Figure("machine.rsa_sign_per_s", "RSA-2048 signatures/s"),
    Figure("machine.rsa_verify_per_s", "RSA-2048 verifications/s"),
    Figure("machine.fsync_per_s", "fsync/s"),
    Figure("inbox.accepted_per_s", "inbox: accepted/s", "rsa_verify_per_s"),
    Figure("inbox.visible_per_s", "inbox: visible/s", "aiohttp_echo_per_s", ">= 1500"),
    Figure("inbox.cpu_s_per_1000", "inbox: CPU s per 1,000", "aiohttp_echo_per_s", "<= 0.65", is_cost=True),
    Figure("inbox.last_to_first", "inbox: last batch to first", bar=">= 0.9"),
    Figure("inbox.lost", "inbox: lost", bar="0"),
    Figure("fan_out.follows_per_s", "follows from new hosts/s", "rsa_sign_per_s", ">= 300"),
    Figure("fan_out.follow_cpu_s_per_1000", "follows: CPU s per 1,000", "rsa_sign_per_s", is_cost=True),
    Figure("fan_out.first_deliveries_per_s", "first post: deliveries/s", "rsa_sign_per_s", ">= 1200"),
    Figure("fan_out.deliveries_per_s", "median post: deliveries/s", "rsa_sign_per_s", ">= 2000"),
    Figure("fan_out.cpu_s_per_1000", "deliveries: CPU s per 1,000", "rsa_sign_per_s", is_cost=True),
    Figure("fan_out_ed25519.deliveries_per_s", "the same to hosts with Ed25519/s", "aiohttp_echo_per_s"),
    Figure("fan_out_ed25519.cpu_s_per_1000", "the same: CPU s per 1,000", "aiohttp_echo_per_s", is_cost=True),
    Figure("fan_out.publish_ms", "post: ms until it is durable", bar="<= 20"),
    Figure("fan_out.duplicates", "hosts that were told twice", bar="0"),
    Figure("fan_out.last_healthy_host_s", "5 % fail, 5 % hang: last host, s", bar="<= 2"),
    Figure("pages.home.p50_ms", "page home of a member: p50 ms", bar="<= 30"),
    Figure("pages.front.p50_ms", "page front of the house: p50 ms", bar="<= 30"),
    Figure("pages.network.p50_ms", "page map of the network: p50 ms", bar="<= 30"),
    Figure("pages.resources.p50_ms", "page resources: p50 ms", bar="<= 30"),
    Figure("pages.search.p50_ms", "page search: p50 ms", bar="<= 30"),
    Figure("pages.filtered.p50_ms", "page search with a filter: p50 ms", bar="<= 30"),
    Figure("pages.resource.p50_ms", "page resource: p50 ms", bar="<= 30"),
    Figure("pages.calendar.p50_ms", "page calendar, month: p50 ms", bar="<= 30"),
    Figure("pages.agenda.p50_ms", "page calendar, agenda: p50 ms", bar="<= 30"),
    Figure("pages.events.p50_ms", "page events: p50 ms", bar="<= 30"),
    Figure("pages.questions.p50_ms", "page questions: p50 ms", bar="<= 30"),
    Figure("pages.courses.p50_ms", "page courses: p50 ms", bar="<= 30"),
    Figure("pages.event.p50_ms", "page event: p50 ms", bar="<= 30"),
    Figure("pages.thread.p50_ms", "page thread: p50 ms", bar="<= 30"),
    Figure("pages.person.p50_ms", "page person: p50 ms", bar="<= 30"),
    Figure("pages.community.p50_ms", "page community: p50 ms", bar="<= 30"),
    Figure("typed.people.p50_ms", "people as one types: p50 ms"),
    Figure("typed.people.per_s", "the same, 8 connections/s", "aiohttp_echo_per_s"),
    Figure("typed.hashtags.p50_ms", "hashtags as one types: p50 ms"),
    Figure("typed.hashtags.per_s", "the same, 8 connections/s", "aiohttp_echo_per_s"),
    Figure("typed.everything.p50_ms", "everything as one types: p50 ms"),
    Figure("typed.everything.per_s", "the same, 8 connections/s", "aiohttp_echo_per_s"),
    Figure("typed.failed", "searches as one types: failed", bar="0"),
    Figure("client.home_1.p50_ms", "home timeline, 1 connection: p50 ms", bar="<= 0.6"),
    Figure("client.home_8.per_s", "home timeline, 8 connections/s", "aiohttp_echo_per_s", ">= 3000"),
    Figure("client.home_32.per_s", "home timeline, 32 connections/s", "aiohttp_echo_per_s"),
    Figure("client.home_8.cpu_s_per_1000", "home timeline: CPU s per 1,000", "aiohttp_echo_per_s", is_cost=True),
    Figure("client.post_1.per_s", "posts, 1 connection, durable/s", "fsync_per_s"),
    Figure("client.post.per_s", "posts, durable/s", "aiohttp_echo_per_s", ">= 500"),
    Figure("client.post.done_per_s", "posts with all they set off/s", "aiohttp_echo_per_s"),
    Figure("client.post.cpu_s_per_1000", "the same: CPU s per 1,000", "aiohttp_echo_per_s", is_cost=True),
    Figure("client.failed", "client API: failed", bar="0"),
    Figure("growth.activity", "activity: cost beside many to few", bar="<= 1.25"),
    Figure("growth.timeline", "timeline: cost beside many to few", bar="<= 1.25"),
    Figure("growth.search", "search: cost beside many to few", bar="<= 1.25"),
    Figure("growth.few.activity_ms", "activity: CPU ms", "aiohttp_echo_per_s", is_cost=True),
    Figure("growth.few.timeline_ms", "timeline read: CPU ms", "aiohttp_echo_per_s", is_cost=True),
    Figure("growth.few.search_ms", "search: CPU ms", "aiohttp_echo_per_s", is_cost=True),
    Figure("streams.stream_kib", "idle stream, KiB", bar="<= 40"),
    Figure("streams.stream_cpu", "all idle streams: share of a core", bar="<= 0.05"),
    Figure("soak.memory_mib", "soak: memory at its end, MiB"),
    Figure("soak.memory_growth", "soak: memory, last quarter to 2nd", bar="<= 1.1"),
    Figure("soak.handles", "soak: open handles at its end"),
    Figure("soak.handles_growth", "soak: handles, last quarter to 2nd", bar="<= 1.1"),
    Figure("soak.wal_mib", "soak: largest log of database, MiB"),
    Figure("soak.waiting_s", "soak: longest wait of due work, s"),
    Figure("soak.refused", "soak: refused", bar="0"),
    Figure("idle.start_s", "start to first answer, s", bar="<= 0.7"),
    Figure("idle.idle_mib", "idle memory, MiB", bar="<= 80"),
    Figure("idle.day_mib", "the same after a day of its turns", bar="<= 80"),
    Figure("idle.retrying_mib", "not idle: hosts to ask again, MiB"),
    Figure("idle.hosts_away", "deliveries that it tries again"),
)


def ratios(results: Mapping[str, Any]) -> dict[str, float]:
    """Each figure that a part of the machine bounds, in the measure of that part, by its path."""
    found = {figure.path: figure.ratio(results) for figure in FIGURES}
    return {path: round(ratio, 4) for path, ratio in found.items() if ratio is not None}


def table(results: Mapping[str, Any], baseline: Mapping[str, Any] | None = None) -> str:
    """One line for each figure that was measured."""
    lines = [f"{'':36} {'value':>10}  {'bar':9} {'in parts of the machine':23} {'of baseline' if baseline else ''}"]
    for figure in FIGURES:
        value, ratio = figure.value(results), figure.ratio(results)
        if value is not None:
            shown = "" if ratio is None else f"{ratio:8.2f} {_PARTS[figure.part]}"
            change = _change(figure, results, baseline)
            lines.append(f"{figure.name:36} {value:10.2f}  {figure.bar:9} {shown:23} {change}".rstrip())
    return "\n".join(lines)


def _change(figure: Figure, results: Mapping[str, Any], baseline: Mapping[str, Any] | None) -> str:
    """How much of the baseline's figure it is, machine against machine where a part bounds it."""
    if baseline is None:
        return ""
    read = figure.ratio if figure.part else figure.value
    now, then = read(results), read(baseline)
    return f"{now / then:10.2f}x" if now is not None and then else ""
