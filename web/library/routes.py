"""The addresses of this package."""

from aiohttp import web

from web.design.paths import CATALOGUE
from web.library import catalogue, collections, editor, editor_target, feeds, opinions, pathways, shelf

_R = "/r/{slug}"

ROUTES = [
    web.get(CATALOGUE, catalogue.show_catalogue, name="resources"),
    web.get(editor_target.NEW, editor.show_new, name="resource-new"),
    web.post(editor_target.NEW, editor.save, name="resource-new-form"),
    web.get("/resources/drafts", shelf.show_drafts, name="drafts"),
    web.post("/resources/drafts/{draft:[0-9]{1,19}}/delete", shelf.delete_draft, name="draft-delete"),
    web.get(f"{_R}/edit", editor.show_edit, name="resource-edit"),
    web.post(f"{_R}/edit", editor.save, name="resource-edit-form"),
    web.get(f"{_R}/versions", shelf.show_versions, name="resource-versions"),
    web.get(f"{_R}/versions/{{number:[0-9]{{1,9}}}}", shelf.show_version, name="resource-version"),
    web.post(f"{_R}/branches", shelf.change_branches, name="branches-form"),
    web.get(f"{_R}/withdraw", shelf.ask_to_withdraw, name="resource-withdraw"),
    web.post(f"{_R}/withdraw", shelf.withdraw, name="resource-withdraw-form"),
    web.get("/resources.atom", feeds.show_catalogue_feed, name="catalogue-feed"),
    web.get(f"{collections.COLLECTIONS}/{{slug}}.atom", feeds.show_collection_feed, name="collection-feed"),
    web.get(pathways.PATHWAYS, pathways.show_pathways, name="pathways"),
    web.post(f"{_R}/progress", pathways.mark, name="pathway-progress-form"),
    web.get(collections.COLLECTIONS, collections.show_collections, name="collections"),
    web.get(f"{_R}/collect", collections.show_collect, name="resource-collect"),
    web.post(f"{_R}/collect", collections.collect, name="resource-collect-form"),
    web.post(f"{_R}/items", collections.change_items, name="collection-items-form"),
    web.post(f"{_R}/curators", collections.change_curators, name="collection-curators-form"),
    web.post(f"{_R}/follow", collections.follow, name="list-follow-form"),
    web.get(f"{_R}/used", opinions.show_use, name="resource-used"),
    web.post(f"{_R}/used", opinions.save_use, name="resource-used-form"),
    web.post(f"{_R}/used/{{note:[0-9]{{1,19}}}}/delete", opinions.delete_use, name="resource-used-delete"),
    web.get(f"{_R}/review", opinions.show_review, name="resource-review"),
    web.post(f"{_R}/review", opinions.save_review, name="resource-review-form"),
    web.post(f"{_R}/review/delete", opinions.delete_review, name="resource-review-delete"),
]
