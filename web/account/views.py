"""What the pages of people's own accounts show. Each POST form carries ``csrf``."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.design.page import Page
from web.design.parts import Field, PicturesForm


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepView:
    """One form with one code."""

    template: ClassVar[str] = "account/second_step.html"

    page: Page
    action: str
    csrf: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPair:
    """A row of the profile's table, as it is typed."""

    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """The profile as its owner changes it."""

    template: ClassVar[str] = "account/profile.html"

    page: Page
    action: str
    csrf: str
    name: Field
    note: Field
    fields: tuple[FieldPair, ...]
    fields_error: str = ""
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    language: str = ""
    languages: tuple[str, ...] = ()
    timezone: Field = field(default_factory=Field)
    timezones: tuple[str, ...] = ()  # suggested
    node_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesView:
    template: ClassVar[str] = "account/pictures.html"

    page: Page
    form: PicturesForm


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPicturesView(PicturesView):
    """The same for the organisation, among the administrator's pages."""

    template: ClassVar[str] = "admin/pictures.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A browser that is signed in. ``token`` names the session in its form; it opens nothing."""

    token: str
    browser: str
    since_at: int
    used_at: int
    is_this: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityView:
    """Password, address, second factor, browsers. ``codes_left`` counts recovery codes where there is a second factor.

    ``email_path`` is empty where the node sends no mail, ``identity_path`` where the organisation's sign-in (its name:
    ``organisation``) was never used; ``is_linked``: whether it opens the account.
    """

    template: ClassVar[str] = "account/security.html"

    page: Page
    csrf: str
    password_path: str
    factor_path: str
    drop_path: str
    renew_path: str
    end_path: str
    email_path: str = ""
    identity_path: str = ""
    email: str
    contact: str = ""
    organisation: str = ""
    is_linked: bool = False
    has_password: bool = True
    has_factor: bool = False
    codes_left: int = 0
    current_error: str = ""
    password_error: str = ""
    factor_error: str = ""
    email_error: str = ""
    email_current_error: str = ""
    identity_error: str = ""
    sessions: tuple[SessionRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """An app that may act for the reader, or a token of the command line."""

    token: str
    name: str
    scopes: str
    since_at: int
    used_at: int
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsView:
    """Everything that may act for the reader."""

    template: ClassVar[str] = "account/apps.html"

    page: Page
    csrf: str
    revoke_path: str
    apps: tuple[AppRow, ...] = ()
    lists_path: str = ""
    pathway_lists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """Dark modules as an SVG path over a square of ``size`` units, the quiet zone included."""

    size: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorView:
    """A secret to take into an app. ``sealed`` brings it back with the form."""

    template: ClassVar[str] = "account/factor.html"

    page: Page
    action: str
    csrf: str
    sealed: str
    secret: str
    qr: QrCode
    has_password: bool = True
    code_error: str = ""
    password_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesView:
    """Codes for the day on which the phone is gone; shown once."""

    template: ClassVar[str] = "account/recovery_codes.html"

    page: Page
    codes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotView:
    """Where to ask for a link; without mail, whom to ask. ``sent``: after the form. ``is_dead``: after a link
    that was used or is too old.
    """

    template: ClassVar[str] = "account/forgot.html"

    page: Page
    action: str
    csrf: str
    by_mail: bool = True
    contact: str = ""
    sent: bool = False
    is_dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordView:
    """The form behind a link; ``ticket`` is its secret."""

    template: ClassVar[str] = "account/new_password.html"

    page: Page
    action: str
    csrf: str
    ticket: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """One button behind a link that gives an account another address."""

    template: ClassVar[str] = "account/address.html"

    page: Page
    action: str
    csrf: str
    ticket: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView:
    """The form for a new account. ``ticket`` is the secret of an invitation, if there is one."""

    template: ClassVar[str] = "account/join.html"

    page: Page
    action: str
    csrf: str
    ticket: str = ""
    asks_reason: bool = False
    user_name: Field = field(default_factory=Field)
    email: Field = field(default_factory=Field)
    display_name: Field = field(default_factory=Field)
    reason: Field = field(default_factory=Field)
    password_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedView:
    """After that form. ``state``: active, or what the account waits for (``node.store.access.accounts``)."""

    template: ClassVar[str] = "account/joined.html"

    page: Page
    handle: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmView:
    """One button behind the link of a mail."""

    template: ClassVar[str] = "account/confirm.html"

    page: Page
    action: str
    csrf: str
    ticket: str
