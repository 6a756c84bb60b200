"""The addresses of threads: communities, questions, writing, and what is done with posts."""

from aiohttp import web

from web.threads import acts, changing, community, composer, kept, questions, thread, waiting

_POST = "/posts/{id:[0-9]{1,19}}"
_THREAD = "{id:[0-9]{1,19}}{slug:(?:-[^/]*)?}"

ROUTES = [
    web.get("/compose", composer.show, name="compose"),
    web.post("/compose", composer.send, name="compose-form"),
    web.get(kept.PATH, kept.show_kept, name="bookmarks"),
    web.get("/questions", questions.show_questions, name="questions"),
    web.get("/questions/new", composer.show, name="question-new"),
    web.post("/questions/new", composer.send, name="question-new-form"),
    web.get(f"/questions/{_THREAD}", thread.show_thread, name="question"),
    web.get("/c/{name}/new", composer.show, name="thread-new"),
    web.post("/c/{name}/new", composer.send, name="thread-new-form"),
    web.post("/c/{name}/join", community.join, name="community-join"),
    web.post("/c/{name}/leave", community.leave, name="community-leave"),
    web.get(f"/c/{{name}}/t/{_THREAD}", thread.show_thread, name="thread"),
    web.get("/c/{name}", community.show_community, name="community"),
    web.get(f"{_POST}/edit", changing.show_edit, name="post-edit"),
    web.post(f"{_POST}/edit", changing.edit, name="post-edit-form"),
    web.get(f"{_POST}/delete", changing.show_delete, name="post-delete"),
    web.post(f"{_POST}/delete", changing.delete, name="post-delete-form"),
    web.post(f"{_POST}/vote", acts.vote, name="post-vote"),
    web.get(waiting.PATH, waiting.show_waiting, name="scheduled"),
    web.post(waiting.PATH, waiting.decide, name="scheduled-form"),
    web.post(f"{_POST}/{{act:{'|'.join(acts.ACTS)}}}", acts.act, name="post-act"),
]
