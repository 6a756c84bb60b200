"""Client apps: stamps of what they show, bookmarks, tags, scheduled posts, cards."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

_SQLITE = (
    """CREATE TRIGGER objects_stamp AFTER UPDATE ON objects BEGIN
        INSERT INTO object_stamps (object_id, stamp) VALUES (NEW.id, random())
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;
    END""",
    """CREATE TRIGGER reactions_quoted AFTER INSERT ON reactions WHEN NEW.kind = 'quote' BEGIN
        INSERT INTO object_stamps (object_id, stamp) VALUES (NEW.object_id, random())
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;
    END""",
    """CREATE TRIGGER reactions_unquoted AFTER DELETE ON reactions WHEN OLD.kind = 'quote' BEGIN
        INSERT INTO object_stamps (object_id, stamp)
        SELECT id, random() FROM objects WHERE id = OLD.object_id
        ON CONFLICT (object_id) DO UPDATE SET stamp = excluded.stamp;
    END""",
    """CREATE TRIGGER actors_add AFTER INSERT ON actors BEGIN
        INSERT INTO actor_stamps (actor_id, stamp, state) VALUES (NEW.id, random(), NEW.state);
    END""",
    """CREATE TRIGGER actors_stamp AFTER UPDATE ON actors BEGIN
        UPDATE actor_stamps SET stamp = random(), state = NEW.state WHERE actor_id = NEW.id;
    END""",
    """CREATE TRIGGER accounts_add AFTER INSERT ON accounts BEGIN
        UPDATE actor_stamps SET stamp = random() WHERE actor_id = NEW.actor_id;
    END""",
    """CREATE TRIGGER accounts_stamp AFTER UPDATE OF role, state ON accounts BEGIN
        UPDATE actor_stamps SET stamp = random() WHERE actor_id = NEW.actor_id;
    END""",
)

_POSTGRESQL = (
    """CREATE FUNCTION objects_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO object_stamps
        (object_id, stamp) VALUES (NEW.id, (random() * 9007199254740992)::bigint)
        ON CONFLICT (object_id) DO UPDATE SET stamp = EXCLUDED.stamp; RETURN NULL; END $$""",
    "CREATE TRIGGER objects_stamp AFTER UPDATE ON objects FOR EACH ROW EXECUTE FUNCTION objects_stamp()",
    """CREATE FUNCTION reactions_quoted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO
        object_stamps (object_id, stamp)
        SELECT id, (random() * 9007199254740992)::bigint FROM objects WHERE id = CASE TG_OP WHEN
        'INSERT' THEN NEW.object_id ELSE OLD.object_id END
        ON CONFLICT (object_id) DO UPDATE SET stamp = EXCLUDED.stamp; RETURN NULL; END $$""",
    """CREATE TRIGGER reactions_quoted AFTER INSERT ON reactions FOR EACH ROW WHEN (NEW.kind = 'quote') EXECUTE
        FUNCTION reactions_quoted()""",
    """CREATE TRIGGER reactions_unquoted AFTER DELETE ON reactions FOR EACH ROW WHEN (OLD.kind = 'quote')
        EXECUTE FUNCTION reactions_quoted()""",
    """CREATE FUNCTION actors_add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO actor_stamps
        (actor_id, stamp, state) VALUES (NEW.id, (random() * 9007199254740992)::bigint, NEW.state); RETURN NULL;
        END $$""",
    "CREATE TRIGGER actors_add AFTER INSERT ON actors FOR EACH ROW EXECUTE FUNCTION actors_add()",
    """CREATE FUNCTION actors_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE actor_stamps SET
        stamp = (random() * 9007199254740992)::bigint, state = NEW.state WHERE actor_id = NEW.id; RETURN NULL;
        END $$""",
    "CREATE TRIGGER actors_stamp AFTER UPDATE ON actors FOR EACH ROW EXECUTE FUNCTION actors_stamp()",
    """CREATE FUNCTION accounts_stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE actor_stamps SET
        stamp = (random() * 9007199254740992)::bigint WHERE actor_id = NEW.actor_id; RETURN NULL; END $$""",
    """CREATE TRIGGER accounts_stamp AFTER INSERT OR UPDATE OF role, state ON accounts FOR EACH ROW EXECUTE
        FUNCTION accounts_stamp()""",
)

_TRIGGERS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}

_STAMPS = "INSERT INTO actor_stamps (actor_id, stamp, state) SELECT id, id, state FROM actors"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:

    op.create_table(
        "object_stamps",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_object_stamps_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_object_stamps")),
    )
    op.create_table(
        "actor_stamps",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_actor_stamps_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_actor_stamps")),
    )
    op.create_table(
        "bookmarks",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_bookmarks_actor_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_bookmarks_object_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmarks")),
        sa.UniqueConstraint("actor_id", "object_id", name=op.f("uq_bookmarks_actor_id_object_id")),
    )
    op.create_index("ix_bookmarks_object_id", "bookmarks", ["object_id"])
    op.create_table(
        "conversation_mutes",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_conversation_mutes_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", "context", name=op.f("pk_conversation_mutes")),
    )
    op.create_table(
        "object_tags",
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_object_tags_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tag", "object_id", name=op.f("pk_object_tags")),
    )
    op.create_index("ix_object_tags_object_id", "object_tags", ["object_id"])
    op.create_table(
        "followed_tags",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_followed_tags_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_tags")),
        sa.UniqueConstraint("actor_id", "tag", name=op.f("uq_followed_tags_actor_id_tag")),
    )
    op.create_index("ix_followed_tags_tag", "followed_tags", ["tag"])
    op.create_table(
        "scheduled_statuses",
        sa.Column("id", _id(), autoincrement=False, nullable=False),
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_scheduled_statuses_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_statuses")),
    )
    op.create_index("ix_scheduled_statuses_actor_id", "scheduled_statuses", ["actor_id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", _id(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("made_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_idempotency_keys_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "cards",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("data", sa.Text()),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_cards")),
    )
    op.create_table(
        "object_cards",
        sa.Column("object_id", _id(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_object_cards_object_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["url"], ["cards.url"], name=op.f("fk_object_cards_url"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_object_cards")),
    )
    op.create_index("ix_object_cards_url", "object_cards", ["url"])
    op.execute(_STAMPS)
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
