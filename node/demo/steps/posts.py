"""Posts, answers, and beginnings of threads in communities."""

from sqlalchemy import Connection

from node.clock import DAY
from node.demo.drawing import places
from node.demo.taking import Taken
from node.domain.communities import TopicKind
from node.domain.drafts import Draft, NewPoll
from node.domain.visibility import Visibility
from node.services.posts.posts import publish
from node.services.posts.uploads import Words

_POLL_OPEN = 7 * DAY


async def _write(taken: Taken) -> str:
    step = taken.step
    media = (await draw(taken),) if "picture" in step else ()
    group = await taken.actor(step["community"]) if "community" in step else None

    def write(conn: Connection) -> str:
        draft = Draft(
            text=step["text"],
            visibility=Visibility(step.get("visibility", Visibility.PUBLIC)),
            language=step["language"],
            in_reply_to_id=taken.about(conn, "answers").id if "answers" in step else None,
            media_ids=media,
            poll=NewPoll(tuple(step["poll"]), _POLL_OPEN) if "poll" in step else None,
            is_markdown=True,
            community_id=group.id if group else None,
            topic_kind=TopicKind(step["kind"]) if group else None,
            title=step.get("title", ""),
        )
        return publish(conn, taken.unit, taken.by.id, draft, links=taken.uploads.links).uri

    return await taken.done(write)


async def draw(taken: Taken) -> int:
    """The id of an upload that shows the place which the step names as ``picture``."""
    async with taken.canvas() as drawing:
        places.draw_place(drawing, taken.house.organisation.accent, taken.step["picture"])
        return (await taken.uploads.take(taken.by.id, drawing, Words(description=taken.step["alt"]))).id


DOINGS = {"text": _write}
