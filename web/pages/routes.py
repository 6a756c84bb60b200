"""Every page that strangers may see, in one list, and what pages are made of."""

from aiohttp import web

from web import media
from web.assets import PREFIX
from web.pages import about, actor, covers, follow, home, post, resource, setup, sign_in, static, tag

_NAME = "{name:[A-Za-z0-9_.@:-]{1,320}}"

ROUTES = [
    web.get(PREFIX + "{name}", static.show, name="static"),
    web.get("/", home.show_home, name="home"),
    web.get("/covers/{id:[0-9]{1,19}}.png", covers.show, name="cover"),
    web.get("/r/{slug}", resource.show_resource, name="resource"),
    web.get(f"/@{_NAME}/p{{post:[0-9]{{1,19}}}}", post.show_post, name="post"),
    web.get(f"/@{_NAME}", actor.show_actor, name="profile"),
    web.get("/tags/{name}", tag.show_tag, name="tag"),
    web.get("/follow", follow.show_follow, name="follow"),
    web.post("/follow", follow.follow, name="follow-form"),
    web.post("/follow/from", follow.follow_from_elsewhere, name="follow-elsewhere"),
    web.get("/sign-in", sign_in.show_sign_in, name="signin"),
    web.post("/sign-in", sign_in.sign_in, name="signin-form"),
    web.post("/sign-out", sign_in.sign_out, name="sign-out"),
    web.get("/setup", setup.show_setup, name="setup"),
    web.post("/setup", setup.set_up, name="setup-form"),
    *media.ROUTES,
    *about.ROUTES,
]
