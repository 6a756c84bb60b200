"""Count records of type Course that were stored before courses had a kind of their own as courses.

They stood among the tutorials until somebody saved them again. Records that name their kind keep it.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

_BATCH = 500
_CANDIDATES = sa.text(
    "SELECT sort_key, record FROM resources WHERE kind = 'tutorial' AND record LIKE :word AND sort_key > :after"
    " ORDER BY sort_key LIMIT :most"
)
_FACETS = sa.text(
    "INSERT INTO resource_facets (sort_key, facet, value, listing)"
    " SELECT sort_key, 'kind', 'course', listing FROM resources WHERE sort_key IN :keys"
).bindparams(sa.bindparam("keys", expanding=True))
_OLD_FACETS = sa.text("DELETE FROM resource_facets WHERE facet = 'kind' AND sort_key IN :keys").bindparams(
    sa.bindparam("keys", expanding=True)
)
_KINDS = sa.text("UPDATE resources SET kind = 'course' WHERE sort_key IN :keys").bindparams(
    sa.bindparam("keys", expanding=True)
)


def upgrade() -> None:
    conn, after = op.get_bind(), 0
    while rows := conn.execute(_CANDIDATES, {"word": '%"Course"%', "after": after, "most": _BATCH}).all():
        after = rows[-1].sort_key
        keys = [row.sort_key for row in rows if _is_course(json.loads(row.record))]
        if keys:
            conn.execute(_OLD_FACETS, {"keys": keys})
            conn.execute(_KINDS, {"keys": keys})
            conn.execute(_FACETS, {"keys": keys})


def _is_course(record: Any) -> bool:
    return isinstance(record, dict) and "kind" not in record and "Course" in record.get("type", ())
