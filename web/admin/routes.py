"""The pages of administrators and moderators."""

from aiohttp import web

from web.admin import (
    announcements,
    audit,
    block_lists,
    emojis,
    house,
    members,
    network,
    overview,
    partners,
    peers,
    people,
    policies,
    queue,
    reports,
    topics,
)

_REPORT, _ACTOR = "{report:[0-9]{1,19}}", "{actor:[0-9]{1,19}}"

ROUTES = [
    web.get("/admin", overview.show_overview, name="admin"),
    web.get("/admin/peers", peers.show_peers, name="admin-peers"),
    web.get(network.PATH, network.show_network, name="admin-network"),
    web.post(f"{network.PATH}/follow", partners.follow, name="admin-network-follow"),
    web.post(f"{network.PATH}/{_ACTOR}/unfollow", partners.unfollow, name="admin-network-unfollow"),
    web.get("/admin/queue", queue.show_queue, name="admin-queue"),
    web.post("/admin/queue/{job:[0-9]{1,19}}/retry", queue.retry, name="admin-queue-retry"),
    web.post("/admin/queue/{job:[0-9]{1,19}}/discard", queue.discard, name="admin-queue-discard"),
    web.get("/admin/policies", policies.show_policies, name="admin-policies"),
    web.post("/admin/policies", policies.set_policy, name="admin-policies-set"),
    web.post("/admin/policies/{domain}/remove", policies.remove_policy, name="admin-policies-remove"),
    web.get("/admin/policies.csv", block_lists.export_list, name="admin-block-list-file"),
    web.get("/admin/policies/import", block_lists.show_import, name="admin-block-list"),
    web.post("/admin/policies/import", block_lists.import_list, name="admin-block-list-form"),
    web.get("/admin/reports", reports.show_reports, name="admin-reports"),
    web.get(f"/admin/reports/{_REPORT}", reports.show_report, name="admin-report"),
    web.post(f"/admin/reports/{_REPORT}/state", reports.set_state, name="admin-report-state"),
    web.post(f"/admin/reports/{_REPORT}/notes", reports.add_note, name="admin-report-note"),
    web.post(
        f"/admin/reports/{_REPORT}/posts/{{post:[0-9]{{1,19}}}}/remove", reports.remove_post, name="admin-report-remove"
    ),
    web.get("/admin/people", people.show_people, name="admin-people"),
    web.get(f"/admin/people/{_ACTOR}", people.show_person, name="admin-person"),
    web.post(f"/admin/people/{_ACTOR}/sanctions", people.decide, name="admin-person-sanctions"),
    web.post(f"/admin/people/{_ACTOR}/role", people.set_role, name="admin-person-role"),
    web.post(f"/admin/people/{_ACTOR}/email", people.give_address, name="admin-person-email"),
    web.post(f"/admin/people/{_ACTOR}/reset", people.give_reset, name="admin-person-reset"),
    web.get(members.PATH, members.show_members, name="admin-members"),
    web.post(f"{members.PATH}/invitations", members.invite, name="admin-invite"),
    web.post(members.PATH + "/invitations/{invitation:[0-9]{1,19}}/remove", members.revoke, name="admin-invite-remove"),
    web.post(f"{members.PATH}/{_ACTOR}/decide", members.decide, name="admin-member-decide"),
    web.get("/admin/audit", audit.show_audit, name="admin-audit"),
    *announcements.ROUTES,
    *emojis.ROUTES,
    *house.ROUTES,
    *topics.ROUTES,
]
