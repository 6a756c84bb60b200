"""The first run, the way in, and what goes wrong."""

from dataclasses import replace

from tests.web.samples.frame import page
from web.design.page import ErrorView, Notice, View
from web.design.parts import Field, Link
from web.pages.views import SetupDoneView, SetupView, SignInView


def setup() -> SetupView:
    return SetupView(page=page("/setup", title="Welcome", quiet=True), action="/setup", csrf="c" * 43, ticket="t" * 43)


def setup_wrong() -> SetupView:
    return replace(
        setup(),
        user_name=Field(value="Maeve B", error="Use small letters, digits and underscores only."),
        email=Field(value="maeve@hospital.example"),
        password_error="This password has 7 characters; it needs at least 12.",
    )


def setup_done() -> SetupDoneView:
    return SetupDoneView(
        page=page("/setup", title="All set", quiet=True),
        handle="@maeve@learn.hospital.example",
        steps=(
            Link(label="Sign in and look at the node’s health", href="/sign-in"),
            Link(label="Look at your front page", href="/"),
        ),
    )


def sign_in() -> SignInView:
    return SignInView(
        page=page("/sign-in", title="Sign in", quiet=True, noindex=True), action="/sign-in", csrf="c" * 43
    )


def sign_in_wrong() -> SignInView:
    return replace(
        sign_in(),
        login="maeve",
        error="User name or password is not right.",
        reason="Please confirm that it is you before you change how the node treats others.",
    )


def sign_in_reset() -> SignInView:
    done = Notice(text="Your new password is set. Sign in with it.")
    forgot = Link(label="Forgot your password?", href="/forgot")
    return replace(sign_in(), page=replace(sign_in().page, notice=done), links=(forgot,))


def error() -> ErrorView:
    return ErrorView(
        page=page("/r/lost", title="Not found", noindex=True),
        status=404,
        message="There is nothing here, or nothing that you may see.",
        request_id="01JRES-7f3a2b",
        actions=(Link(label="Search the catalogue", href="/catalogue"),),
    )


def views() -> dict[str, View]:
    every = (setup, setup_wrong, setup_done, sign_in, sign_in_wrong, sign_in_reset, error)
    return {view.__name__: view() for view in every}
