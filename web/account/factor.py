"""``/settings/second-factor``: an app on a phone becomes the second factor, by QR code or by typing."""

from aiohttp import web

from node import log
from node.sentences import Sentence
from node.services.access import credentials, totp
from node.services.access.credentials import Offer
from node.state import NODE
from node.store.access import accounts
from node.store.access.sessions import Session
from web import sessions
from web.account import security
from web.account.views import FactorView, QrCode
from web.design.frame import html, page_of

PATH = security.FACTOR_PATH
_QUIET = 4  # modules around a QR code (ISO/IEC 18004)
_WRONG_CODE = Sentence("This code does not fit. Look at the clock of your phone, and type the code that it shows now.")
_WRONG_PASSWORD = Sentence("This is not your password.")


async def show_factor(request: web.Request) -> web.Response:
    """A new secret each time; it counts only once a code of it was shown."""
    session, node = sessions.require_person(request), request.app[NODE]
    offer = credentials.offer_factor(node.unit(), node.config.secret_box, session.actor_id)
    return await _page(request, session, offer)


async def take_factor(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    box = node.config.secret_box
    sent = await sessions.read_form(request)
    offer = credentials.read_offer(node.unit(), box, session.actor_id, sent.get("sealed", ""))
    if offer is None:
        return web.Response(status=303, headers={"Location": PATH})
    if not await security.confirm(request, session, sent.get("current", "")):
        return await _page(request, session, offer, password_error=_WRONG_PASSWORD)
    codes = await node.store.write(
        credentials.take_factor, node.unit(), box, session.actor_id, offer, sent.get("code", "")[:40]
    )
    if codes is None:
        return await _page(request, session, offer, code_error=_WRONG_CODE)
    log.event("second_factor.added", account=session.username)
    response = security.show_codes(request, codes)
    await sessions.begin_session(request, response, session.actor_id)
    return response


async def _page(
    request: web.Request, session: Session, offer: Offer, *, code_error: str = "", password_error: str = ""
) -> web.Response:
    node = request.app[NODE]
    account = await node.store.read(accounts.load_account, session.actor_id)
    handle = f"{session.username}@{node.config.host}"
    view = FactorView(
        page=page_of(request, PATH, title=Sentence("Second factor"), section="/settings", noindex=True),
        action=PATH,
        csrf=session.csrf,
        sealed=offer.sealed,
        secret=totp.as_text(offer.secret),
        qr=draw(totp.as_uri(offer.secret, issuer=node.config.node.name, account=handle)),
        has_password=bool(account and account.password_hash),
        code_error=code_error,
        password_error=password_error,
    )
    return html(request, view, 422 if code_error or password_error else 200)


def draw(text: str) -> QrCode:
    """The text as QR code: one path whose every run of dark modules is a rectangle."""
    import segno  # late: only whoever adds a second factor needs it

    rows = segno.make_qr(text, error="m").matrix
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = 1
            while x + length < len(row) and row[x + length] == row[x]:
                length += 1
            if row[x]:
                runs.append(f"M{x + _QUIET} {y + _QUIET}h{length}v1h-{length}z")
            x += length
    return QrCode(size=len(rows) + 2 * _QUIET, path="".join(runs))
