import pytest

from tests.web.conftest import Site
from tests.web.oauth.flow import ClientApp


@pytest.fixture
async def app(site: Site) -> ClientApp:
    """An app, and ada, who is signed in and administers the node."""
    await site.set_up()
    made = ClientApp(site)
    await made.register()
    return made
