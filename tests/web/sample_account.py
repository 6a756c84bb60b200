"""Sample pages of what people do with their accounts: letting apps in, settings, joining. See ``sample_views``."""

from tests.web import sample_views
from web.oauth.views import CodeView, ConsentView
from web.pages.views import View


def consent() -> ConsentView:
    return ConsentView(
        page=sample_views.page("/oauth/authorize", title="Let an app in", quiet=True, noindex=True),
        action="/oauth/authorize",
        csrf="c" * 43,
        query="client_id=x&redirect_uri=y&state=%22%3E",
        app="Mastodon-Oberfläche für Rindfleischetikettierungsüberwachung",
        website="https://trellis.example/",
        goes_to="apps.hochschule-nordheim-weserbergland.example:8443",
        handle="@brigid@learn.hospital.example",
        scopes=("profile", "read", "write:statuses", "write:media", "read:lists", "follow", "push"),
        switch_path="/oauth/authorize?client_id=x&force_login=true",
    )


def consent_of_a_program() -> ConsentView:
    return ConsentView(
        page=sample_views.page("/oauth/authorize", title="Let an app in", quiet=True, noindex=True),
        action="/oauth/authorize",
        csrf="c" * 43,
        query="client_id=x",
        app="toot",
        handle="@brigid@learn.hospital.example",
        scopes=("read",),
        switch_path="/oauth/authorize?client_id=x&force_login=true",
    )


def code() -> CodeView:
    page = sample_views.page("/oauth/authorize", title="Your code", quiet=True, noindex=True)
    return CodeView(page=page, app="toot", code="mCK5Lc0F7c1zYw0x3oC4uGqEoV2m3y8s1vQh9dS5r4U")


def account_views() -> dict[str, View]:
    """Each by a short name."""
    views = (consent, consent_of_a_program, code)
    return {view.__name__: view() for view in views}
