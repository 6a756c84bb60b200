"""What the tests of the outgoing client call servers with."""

from federation.transport.address import AddressPolicy
from federation.transport.connection import Timeouts
from federation.transport.mediatype import ACCEPT_ACTIVITY

PUBLIC = AddressPolicy()
DEVELOPMENT = AddressPolicy(allow_loopback_peers=True)
HASTY = Timeouts(name=0.1, connect=0.1, tls=0.1, silence=0.1, total=0.2)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\n"


async def get_activity(client, url):
    return client.read_activity(await client.get(url, accept=ACCEPT_ACTIVITY))


class Names:
    """A resolver that answers from a list, one entry for each question, the last one for ever."""

    def __init__(self, *answers):
        self.answers, self.questions = list(answers), []

    async def __call__(self, host, port):
        self.questions.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [(ip, port) if isinstance(ip, str) else ip for ip in answer]
