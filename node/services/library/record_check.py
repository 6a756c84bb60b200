"""What a record must be before it is published: cleaned, no larger than it may be, true to its schema and rules."""

from collections.abc import Sequence
from typing import cast

import orjson

import schemas
from node.domain.records import KEPT_BY_NODE, ResourceRecord
from node.domain.resources import broken_rules
from node.domain.text import clean_json
from node.domain.visibility import Visibility
from node.errors import Invalid, Problem

#: Of one record as JSON (HAR6).
MAX_RECORD_BYTES = 256 * 1024


def check_record(record: ResourceRecord, visibility: Visibility) -> ResourceRecord:
    """The record, cleaned and with this visibility; ``Invalid`` with JSON paths where it breaks schema or rules."""
    cleaned = {key: value for key, value in clean_json(dict(record)).items() if key not in KEPT_BY_NODE}
    cleaned["visibility"] = visibility.value
    size = len(orjson.dumps(cleaned))
    if size > MAX_RECORD_BYTES:
        raise Invalid(problems=[Problem("$", f"at most {MAX_RECORD_BYTES} bytes", f"{size} bytes")])
    problems: Sequence[Problem] = [
        Problem(each.path, each.expected, each.found) for each in schemas.check("resource", cleaned)
    ]
    problems = problems or broken_rules(cast(ResourceRecord, cleaned))
    if problems:
        raise Invalid(problems=problems)
    return cast(ResourceRecord, cleaned)
