"""How people and apps get in: sign-in, second factors, invitations, OAuth."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from node.store.tables.columns import Json, actor_column, id_column, metadata

recovery_codes = Table(
    "recovery_codes",
    metadata,
    actor_column("actor_id", primary=True),
    Column("code_hash", String(64), primary_key=True),
)

external_identities = Table(
    "external_identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    actor_column("actor_id", index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("unlinked_at", BigInteger),  # since when it opens nothing, as its owner wants
)

invitations = Table(
    "invitations",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    actor_column("made_by"),
    Column("note", Text, nullable=False, server_default=""),
    Column("uses", Integer, nullable=False),  # how many people it may bring in
    Column("used", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    actor_column("actor_id", index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger, nullable=False),  # when the password was last given
    Column("agent", Text, nullable=False, server_default=""),  # how the browser calls itself, for its owner
)

apps = Table(
    "apps",
    metadata,
    id_column(),
    Column("client_id", String(64), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("website", Text, nullable=False, server_default=""),
    Column("redirect_uris", Json, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("authorized_at", BigInteger),  # of its first token; an app that never had one goes after some time
)

authorization_codes = Table(
    "authorization_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("app_id", ForeignKey("apps.id", ondelete="CASCADE"), nullable=False, index=True),
    actor_column("actor_id", index=True),
    Column("redirect_uri", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("challenge", String(43), nullable=False, server_default=""),  # S256 of the verifier; '' without PKCE
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("token_hash", String(64), nullable=False, server_default=""),  # of the token made from it
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    actor_column("actor_id", nullable=True, index=True),  # NULL: the app itself (client_credentials)
    Column("app_id", ForeignKey("apps.id", ondelete="CASCADE"), index=True),  # NULL: the command line
    Column("scopes", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", String(32), nullable=False),  # store.access.mailed_links
    actor_column("actor_id", nullable=True, index=True),  # whose; NULL for the set-up
    Column("detail", Text, nullable=False, server_default=""),  # the address that it confirms; its secret
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
