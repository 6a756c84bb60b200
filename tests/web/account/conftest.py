import pytest

from tests.web.conftest import Site


@pytest.fixture
async def ada(site: Site) -> Site:
    """A node whose administrator ada is signed in."""
    await site.set_up()
    return site
