"""Communities of interest, ours and others', and how they are governed.

A member is whoever follows the Group (``follows``, accepted); what else somebody is to a community is a role. People
who govern are named by URI: a moderator or a banned person may be known here by nothing else.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from node.store.tables.columns import Json, actor_column, id_column, metadata

communities = Table(
    "communities",
    metadata,
    actor_column("actor_id", primary=True),  # the Group
    Column("purpose", Text, nullable=False, server_default=""),  # Markdown, as it was typed
    Column("rules", Json, nullable=False, server_default="[]"),  # sentences
    Column("topics", Json, nullable=False, server_default="[]"),  # words, as they are shown
    Column("languages", Json, nullable=False, server_default="[]"),
    Column("join_policy", String(16), nullable=False),  # domain.communities.JoinPolicy
    Column("post_policy", String(16), nullable=False),  # domain.communities.PostPolicy
    Column("visibility", String(16), nullable=False),  # domain.visibility.Visibility: public, organisation, community
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),  # nothing is posted any more
    Column("successor", Text, nullable=False, server_default=""),  # the Group that goes on in its place
    # Of others: when what they tell of themselves was last read.
    Column("moderators_at", BigInteger, nullable=False, server_default="0"),
    Column("history_at", BigInteger, nullable=False, server_default="0"),
    Column("facilitators", Text, nullable=False, server_default=""),  # addresses of the lists of these roles
    Column("experts", Text, nullable=False, server_default=""),
    Column("history_page", Text, nullable=False, server_default=""),  # where reading goes on; '' at its end
    Index("ix_communities_visibility", "visibility", "actor_id"),
)

# Facilitators, moderators and experts; those of communities elsewhere as far as their home tells.
community_roles = Table(
    "community_roles",
    metadata,
    actor_column("community_id", primary=True),
    Column("actor_uri", Text, primary_key=True, index=True),
    Column("role", String(16), primary_key=True),  # domain.communities.Role
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),  # NULL: for ever
)

community_bans = Table(
    "community_bans",
    metadata,
    id_column(),
    actor_column("community_id"),
    Column("actor_uri", Text, nullable=False, index=True),
    Column("by_uri", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),  # NULL: for ever
    UniqueConstraint("community_id", "actor_uri"),
)

community_invitations = Table(
    "community_invitations",
    metadata,
    id_column(),
    actor_column("community_id"),
    actor_column("invited_id", index=True),
    actor_column("by_id", nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("accepted_at", BigInteger),  # when that person joined
    UniqueConstraint("community_id", "invited_id"),
)

# Requests to join communities elsewhere that moderators here may decide; the home of each says when one is settled.
community_requests = Table(
    "community_requests",
    metadata,
    actor_column("community_id", primary=True),
    actor_column("asker_id", primary=True, index=True),
    Column("follow_uri", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),  # by somebody here; its home has not confirmed it yet
)

# Reports of posts in communities: for their moderators first.
community_reports = Table(
    "community_reports",
    metadata,
    actor_column("community_id", primary=True),
    Column(
        "report_id", ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    ),
    Column("state", String(16), nullable=False, server_default="open"),  # open, closed
    Column("created_at", BigInteger, nullable=False),
    Column("handled_by", Text, nullable=False, server_default=""),  # URI of the moderator of the community
    Column("closed_at", BigInteger),
    Column("handed_on_at", BigInteger),  # to those who look after the node
    Index("ix_community_reports_state_created_at", "state", "created_at"),
)

# Which experts were told of a question that nobody has answered.
expert_calls = Table(
    "expert_calls",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("actor_uri", Text, primary_key=True),
    Column("told_at", BigInteger, nullable=False),
    Index("ix_expert_calls_actor_uri_told_at", "actor_uri", "told_at"),
)

# Who was told why a post or a request was refused, so that nobody is told twice.
community_refusals = Table(
    "community_refusals",
    metadata,
    actor_column("community_id", primary=True),
    Column("actor_uri", Text, primary_key=True),
    Column("reason", String(32), primary_key=True),  # domain.communities.Refusal
    Column("told_at", BigInteger, nullable=False),
)

# What those who govern did; members read it.
community_log = Table(
    "community_log",
    metadata,
    id_column(),
    actor_column("community_id"),
    Column("actor_uri", Text, nullable=False),  # who did it
    Column("act", String(24), nullable=False),  # domain.communities.Act
    Column("target_uri", Text, nullable=False, server_default=""),  # the person or the post
    Column("title", Text, nullable=False, server_default=""),  # what it was called then
    Column("reason", Text, nullable=False, server_default=""),
    Column("activity_uri", Text, nullable=False, server_default=""),  # that told it; the same is noted once
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),  # of a ban
    Column("refused_at", BigInteger),  # by the home of a community elsewhere, so that it was taken back here
    Column("refusal", Text, nullable=False, server_default=""),
    Index("ix_community_log_community_id_id", "community_id", "id"),
    Index("ix_community_log_activity_uri", "activity_uri"),
)
