"""Sample pages of what people do with their accounts: letting apps in, settings, joining."""

from dataclasses import replace

from node.clock import DAY, HOUR
from tests.web.samples import frame
from web.account.data import DataView, FailedLine, ImportRow
from web.account.factor import draw
from web.account.leave import LeaveView, LeftView
from web.account.views import (
    AddressView,
    AppRow,
    AppsView,
    ConfirmView,
    FactorView,
    FieldPair,
    ForgotView,
    JoinedView,
    JoinView,
    NewPasswordView,
    OrganisationPicturesView,
    PicturesView,
    ProfileView,
    RecoveryCodesView,
    SecondStepView,
    SecurityView,
    SessionRow,
)
from web.admin.members import InvitationRow, MemberRow, MembersView
from web.design.page import Notice, Page, View, Viewer
from web.design.parts import Field, Image, PicturesForm
from web.oauth.views import CodeView, ConsentView

NOW = 1_793_000_000_000


def consent() -> ConsentView:
    return ConsentView(
        page=frame.page("/oauth/authorize", title="Let an app in", quiet=True, noindex=True),
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
        page=frame.page("/oauth/authorize", title="Let an app in", quiet=True, noindex=True),
        action="/oauth/authorize",
        csrf="c" * 43,
        query="client_id=x",
        app="toot",
        handle="@brigid@learn.hospital.example",
        scopes=("read",),
        switch_path="/oauth/authorize?client_id=x&force_login=true",
    )


def code() -> CodeView:
    page = frame.page("/oauth/authorize", title="Your code", quiet=True, noindex=True)
    return CodeView(page=page, app="toot", code="mCK5Lc0F7c1zYw0x3oC4uGqEoV2m3y8s1vQh9dS5r4U")


def second_step() -> SecondStepView:
    page = frame.page("/sign-in/code", title="One more step", quiet=True, noindex=True)
    return SecondStepView(page=page, action="/sign-in/code", csrf="c" * 43, error="This code is not right.")


def _settings(path: str, title: str, notice: Notice | None = None) -> Page:
    viewer = Viewer(name="Brigid O'Malley", username="brigid", path="/@brigid", csrf="c" * 43, is_admin=True)
    return frame.page(path, title=title, section="/settings", noindex=True, notice=notice, viewer=viewer)


def settings_profile() -> ProfileView:
    return ProfileView(
        page=_settings("/settings", "Your profile", Notice(text="Saved.")),
        action="/settings",
        csrf="c" * 43,
        name=Field(value="Brigid O’Malley"),
        note=Field(value="Nurse educator.\nWards & corridors."),
        fields=(FieldPair(name="Station", text="4B"), FieldPair(name="Web", text="https://x.example"), FieldPair()),
        discoverable=True,
        language="de",
        languages=("en", "de", "hsb"),
    )


def settings_profile_wrong() -> ProfileView:
    return replace(
        settings_profile(),
        note=Field(value="Much too long", error="Please use at most 2000 characters."),
        fields_error="Please use at most 6 fields.",
    )


def settings_pictures() -> PicturesView:
    return PicturesView(
        page=_settings("/settings/pictures", "Your pictures", Notice(text="Saved.")),
        form=pictures_form("/settings/pictures", "Your pictures", error="This picture is damaged."),
    )


def admin_pictures() -> OrganisationPicturesView:
    return OrganisationPicturesView(
        page=_settings("/admin/pictures", "Pictures of the organisation", None),
        form=pictures_form("/admin/pictures", "Pictures of the organisation"),
    )


def pictures_form(action: str, title: str, *, error: str = "") -> PicturesForm:
    return PicturesForm(
        action=action,
        csrf="c" * 43,
        title=title,
        avatar=Image(url="/sample/picture.svg", width=400, height=400),
        header=Image(url="/sample/picture.svg", width=1500, height=500),
        has_avatar=bool(error),
        header_error=error,
    )


def settings_security() -> SecurityView:
    rows = (
        SessionRow(token="a" * 64, browser="Firefox, Linux", since_at=NOW - DAY, used_at=NOW - HOUR, is_this=True),
        SessionRow(token="b" * 64, browser="Safari, iOS", since_at=NOW - 9 * DAY, used_at=NOW - 8 * DAY),
        SessionRow(token="d" * 64, browser="", since_at=NOW - 9 * DAY, used_at=NOW - 8 * DAY),
    )
    return SecurityView(
        page=_settings("/settings/security", "Sign-in and security"),
        csrf="c" * 43,
        password_path="/settings/security/password",
        factor_path="/settings/second-factor",
        drop_path="/settings/second-factor/remove",
        renew_path="/settings/second-factor/codes",
        end_path="/settings/security/sessions/end",
        email="brigid.omalley-rindfleischetikettierung@hochschule-nordheim-weserbergland.example",
        sessions=rows,
    )


def settings_security_wrong() -> SecurityView:
    return replace(
        settings_security(),
        has_factor=True,
        codes_left=1,
        current_error="This is not your password.",
        password_error="A password has 12 to 256 characters.",
        factor_error="This is not your password.",
        email_path="/settings/security/email",
        email_error="This is not an e-mail address.",
        identity_path="/settings/security/identity",
        organisation="Hochschulkonto",
        is_linked=True,
        identity_error="This is not your password.",
    )


def settings_apps() -> AppsView:
    rows = (
        AppRow(
            token="a" * 64,
            name="Mastodon-Oberfläche für Rindfleischetikettierungsüberwachung",
            website="https://trellis.example/",
            scopes="read write follow push profile",
            since_at=NOW - 99 * DAY,
            used_at=NOW - HOUR,
        ),
        AppRow(token="b" * 64, name="command line", scopes="read:lists", since_at=NOW - 9 * DAY, used_at=NOW - 8 * DAY),
    )
    page = _settings("/settings/apps", "Your apps")
    return AppsView(
        page=page, csrf="c" * 43, revoke_path="/settings/apps/revoke", apps=rows, lists_path="/settings/apps/lists"
    )


def settings_no_apps() -> AppsView:
    return replace(settings_apps(), apps=())


def second_factor() -> FactorView:
    return FactorView(
        page=_settings("/settings/second-factor", "Second factor"),
        action="/settings/second-factor",
        csrf="c" * 43,
        sealed="AbCd" * 30,
        secret="JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
        qr=draw("otpauth://totp/Example:brigid@learn.hospital.example?secret=JBSWY3DPEHPK3PXP&issuer=Example"),
        code_error="This code does not fit.",
    )


def recovery_codes() -> RecoveryCodesView:
    page = frame.page("/settings/second-factor", title="Your recovery codes", quiet=True, noindex=True)
    return RecoveryCodesView(page=page, codes=("k3xq-7mzt-p2aa-c4vd",) * 10)


def forgot() -> ForgotView:
    page = frame.page("/forgot", title="Forgot your password?", quiet=True, noindex=True)
    return ForgotView(page=page, action="/forgot", csrf="c" * 43)


def forgot_sent() -> ForgotView:
    return replace(forgot(), sent=True)


def forgot_dead_link() -> ForgotView:
    return replace(forgot(), is_dead=True)


def forgot_without_mail() -> ForgotView:
    return replace(forgot(), by_mail=False, contact="it@hochschule-nordheim-weserbergland.example")


def new_password() -> NewPasswordView:
    page = frame.page("/reset", title="A new password", quiet=True, noindex=True)
    error = "A password has 12 to 256 characters."
    return NewPasswordView(page=page, action="/reset", csrf="c" * 43, ticket="t" * 43, error=error)


def join() -> JoinView:
    return JoinView(
        page=frame.page("/join", title="Make an account", quiet=True, noindex=True),
        action="/join",
        csrf="c" * 43,
        asks_reason=True,
        user_name=Field(value="Brigid O", error="Please use small letters."),
        email=Field(value="brigid@hospital.example"),
        reason=Field(value="Ward 4B"),
    )


def joined() -> JoinedView:
    page = frame.page("/join", title="Welcome", quiet=True, noindex=True)
    return JoinedView(page=page, handle="@brigid@learn.hospital.example", state="pending")


def joined_at_once() -> JoinedView:
    return replace(joined(), state="active")


def address() -> AddressView:
    page = frame.page("/email", title="Your new address", quiet=True, noindex=True)
    return AddressView(page=page, action="/email", csrf="c" * 43, ticket="t" * 43, email="ada@new.example")


def confirm() -> ConfirmView:
    page = frame.page("/confirm", title="Confirm your address", quiet=True, noindex=True)
    return ConfirmView(page=page, action="/confirm", csrf="c" * 43, ticket="t" * 43)


def members() -> MembersView:
    row = MemberRow(
        username="brigid",
        name="Brigid O’Malley",
        email="brigid.omalley@hochschule-nordheim-weserbergland.example",
        since_at=NOW - 9 * DAY,
        decide_path="/admin/members/1/decide",
    )
    waiting = replace(row, username="zoe", name="", reason="I teach on ward 4B.")
    invitation = InvitationRow(
        note="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
        by="brigid",
        uses=20,
        used=3,
        expires_at=NOW + DAY,
        remove_path="/admin/members/invitations/1/remove",
    )
    viewer = Viewer(name="Brigid O'Malley", username="brigid", path="/@brigid", csrf="c" * 43, is_admin=True)
    return MembersView(
        page=frame.page("/admin/members", title="Joining", section="/admin", noindex=True, viewer=viewer),
        csrf="c" * 43,
        mode="approval",
        invite_path="/admin/members/invitations",
        link=f"https://learn.hospital.example/join?invite={'x' * 43}",
        pending=(waiting, replace(waiting, username="yan", reason="")),
        invitations=(invitation, replace(invitation, note="")),
    )


def members_of_a_closed_node() -> MembersView:
    return replace(members(), mode="closed", link="", pending=(), invitations=())


def settings_data() -> DataView:
    return DataView(
        page=_settings("/settings/data", "Your data", None),
        csrf="c" * 43,
        kinds=(("follows", "People whom you follow"), ("lists", "Lists")),
        error="This is not a CSV file in UTF-8.",
        imports=(
            ImportRow(
                title="People whom you follow",
                file_name="following_accounts.csv",
                total=120,
                done=117,
                failed=1,
                created_at=NOW - DAY,
                failures=(FailedLine(number=7, text="nobody@gone.example", problem="The server did not answer."),),
            ),
            ImportRow(title="Lists", file_name="", total=3, done=3, failed=0, created_at=NOW, finished_at=NOW),
        ),
    )


def settings_leave() -> LeaveView:
    page = _settings("/settings/leave", "Delete your account")
    return LeaveView(page=page, csrf="c" * 43, user_name="brigid", has_password=True)


def settings_leave_wrong() -> LeaveView:
    return replace(
        settings_leave(),
        password_error="This is not your password.",
        name_error="This is not your user name.",
        error="You are the only administrator. Make somebody else one first.",
    )


def left() -> LeftView:
    page = frame.page("/settings/left", title="Your account has been deleted", quiet=True, noindex=True)
    return LeftView(page=page)


def views() -> dict[str, View]:
    """Each by a short name."""
    views = (
        consent,
        consent_of_a_program,
        code,
        second_step,
        settings_profile,
        settings_profile_wrong,
        settings_pictures,
        admin_pictures,
        settings_security,
        settings_security_wrong,
        settings_apps,
        settings_no_apps,
        settings_data,
        settings_leave,
        settings_leave_wrong,
        left,
        second_factor,
        recovery_codes,
        forgot,
        forgot_sent,
        forgot_dead_link,
        forgot_without_mail,
        new_password,
        join,
        joined,
        joined_at_once,
        address,
        confirm,
        members,
        members_of_a_closed_node,
    )
    return {view.__name__: view() for view in views}
