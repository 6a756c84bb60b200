"""How often somebody may try a password or a code (AUT9); the same whether or not there is such an account."""

from aiohttp import web

from node.errors import RateLimited
from node.services.access import passwords
from web import rates
from web.state import WEB


def check_address(request: web.Request) -> None:
    """25 tries in 5 minutes from an address. Raises ``RateLimited``."""
    rates.check_address(request, request.app[WEB].sign_in.by_address)


async def is_right_password(request: web.Request, account: str, stored: str | None, password: str) -> bool:
    """Whether the password is right, by 10 wrong ones an hour. Raises ``RateLimited`` after those."""
    count_try(request, account)
    if not await passwords.is_right(stored, password):
        return False
    forget_try(request, account)
    return True


def count_try(request: web.Request, account: str) -> None:
    """Count a try before it is looked at, so that many at once are counted too. Raises ``RateLimited``."""
    if wait := request.app[WEB].sign_in.by_account.take(account):
        raise RateLimited(retry_after_seconds=wait)


def forget_try(request: web.Request, account: str) -> None:
    """Only wrong ones use the allowance up."""
    request.app[WEB].sign_in.by_account.take(account, cost=-1)


def may_mail(request: web.Request, login: str) -> bool:
    """Whether one more mail may be asked for: 3 an hour for each name, which nobody is told."""
    return not request.app[WEB].sign_in.mails.take(login.strip().lower())
