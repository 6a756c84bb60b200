"""What the page of a resource says after something was done with it there."""

from collections.abc import Mapping

from node.domain.courses import State as Enrolment
from node.domain.pathways import State as Progress
from node.sentences import Sentence, sentences
from node.store.library.collections import LISTED, SUGGESTED

FOR_ALL = Sentence("It is published: everybody can read it.")
FOR_SOME = Sentence("It is published, for those who are named below. “Edit” lets more people read it.")

#: By the word that follows the ``?`` of the address (:func:`web.design.frame.done`).
SAID: Mapping[str, str] = sentences(
    {
        "note": "What you wrote about its use has been saved.",
        "no-note": "What was written about its use has been deleted.",
        "review": "Your review has been saved.",
        "no-review": "Your review has been deleted.",
        "branch": "It is shown here again.",
        "no-branch": "It is no longer shown here. On its own page it stays as it is.",
        LISTED: "It is in the collection now.",
        SUGGESTED: "It is suggested. Those who curate the collection decide.",
        "asked": "The home of the collection has been asked for this. It shows here as soon as it is done.",
        "followed": "You hear of what is new in it.",
        "unfollowed": "You hear of it no more.",
        f"step-{Progress.STARTED}": "You have begun this step.",
        f"step-{Progress.DONE}": "You have done this step.",
        f"step-{Progress.SKIPPED}": "You leave this step out.",
        f"step-{Progress.OPEN}": "This step is open again.",
        f"course-{Enrolment.ENROLLED}": "You take part.",
        f"course-{Enrolment.WAITING}": "You are on the waiting list.",
        f"course-{Enrolment.REQUESTED}": "You have asked for a place. Those who hold the course decide.",
        f"course-{Enrolment.ASKED}": "You have asked for a place. The home of the course has not answered yet.",
        "course-left": "You do not take part any more.",
    }
)
