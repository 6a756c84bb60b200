"""What values of records and of work are called: kinds, terms of accessibility, forms of files, kinds of jobs."""

from collections.abc import Mapping

from node.sentences import sentences

KINDS: Mapping[str, str] = sentences(
    {
        "article": "Article",
        "video": "Video",
        "audio": "Audio",
        "slides": "Slides",
        "worksheet": "Worksheet",
        "dataset": "Dataset",
        "software": "Software",
        "assessment": "Assessment",
        "tutorial": "Tutorial",
        "link": "Link",
        "file": "File",
        "package": "Package",
        "course": "Course",
        "collection": "Collection",
        "event": "Event",
        "pathway": "Pathway",
        "question": "Question",
        "discussion": "Discussion",
        "community": "Community",
        "person": "Person",
        "organization": "Organisation",
    }
)

TERMS: Mapping[str, str] = sentences(
    {
        # roles in the house
        "admin": "Administration",
        "member": "Member",
        "moderator": "Moderation",
        # what a report is about
        "legal": "Against the law",
        "other": "Something else",
        "spam": "Spam",
        "violation": "Against the rules",
        # schema.org accessMode
        "auditory": "Hearing",
        "tactile": "Touch",
        "textual": "Reading",
        "visual": "Seeing",
        # schema.org accessibilityFeature
        "alternativeText": "Pictures are described in text",
        "audioDescription": "What is seen is also told (audio description)",
        "captions": "Captions",
        "closedCaptions": "Captions",
        "displayTransformability": "Type and colours can be changed",
        "highContrastDisplay": "High contrast",
        "index": "Index",
        "largePrint": "Large print",
        "longDescription": "Diagrams are described at length",
        "MathML": "Formulas can be read aloud (MathML)",
        "none": "None",
        "openCaptions": "Captions that are always shown",
        "readingOrder": "Clear reading order",
        "signLanguage": "Sign language",
        "structuralNavigation": "Headings to move around by",
        "subtitles": "Subtitles",
        "synchronizedAudioText": "Text and speech together",
        "tableOfContents": "Table of contents",
        "taggedPDF": "Tagged PDF",
        "timingControl": "No fixed time limits",
        "transcript": "Transcript",
        "ttsMarkup": "Prepared for reading aloud",
        # schema.org accessibilityHazard
        "flashing": "Flashing light",
        "motionSimulation": "Simulated motion",
        "sound": "Sudden sound",
        "noFlashingHazard": "No flashing light",
        "noMotionSimulationHazard": "No simulated motion",
        "noSoundHazard": "No sudden sound",
        "unknown": "Not known",
        # visibility
        "public": "Public",
        "unlisted": "Unlisted",
        "partners": "Partner organisations",
        "organisation": "This organisation only",
        "community": "Community only",
        "followers": "Followers only",
        "direct": "Only people who are mentioned",
        "private": "Private",
        # modes of courses
        "online": "Online",
        "onsite": "On site",
        "blended": "Online and on site",
        "synchronous": "At set times",
        "asynchronous": "At your own times",
        # days of schedules
        "Monday": "Monday",
        "Tuesday": "Tuesday",
        "Wednesday": "Wednesday",
        "Thursday": "Thursday",
        "Friday": "Friday",
        "Saturday": "Saturday",
        "Sunday": "Sunday",
        # what somebody is to an instance of a course
        "asked": "Asked; the course has not answered yet",
        "requested": "Asked; somebody has to decide",
        "enrolled": "Enrolled",
        "waiting": "On the waiting list",
        "invited": "Invited",
        "refused": "Not accepted",
        # domain policies
        "allow": "Allowed",
        "limit": "Limited",
        "media-free": "Without media",
        "limit-media-free": "Limited, without media",
        "block": "Blocked",
    }
)

#: Kinds of work (``node.jobs.kinds``), as the queue tells them.
WORK: Mapping[str, str] = sentences(
    {
        "inbox": "Received messages",
        "resolve": "Received messages that need a look elsewhere",
        "fetch": "Look-ups on other hosts",
        "deliver": "Deliveries",
        "event": "News to be told",
        "catalogue": "Copies of catalogues",
        "periodic": "Regular upkeep",
        "thread": "Conversations to be completed",
        "forward": "Answers to be sent on",
        "recheck": "Accounts to be looked at again",
        "quote": "Permissions to quote",
        "links": "Links of profiles to be verified",
        "import": "Files that people bring along",
        "media": "Recordings and removed files",
        "push": "Push messages",
        "poll": "Polls to be closed",
        "scheduled": "Scheduled posts",
        "preview": "Previews of links",
        "community": "Moderators and histories of communities elsewhere",
        "answer": "Answers to events by a word",
        "reminder": "Reminders of events",
        "leave": "Accounts to be removed",
        "part": "Members elsewhere of communities for the house alone",
        "mail": "Mails",
        "followers": "Comparisons of followers",
        "featured": "What accounts elsewhere show first",
        "outbox": "Posts of accounts elsewhere",
        "steps": "The order of collections elsewhere",
        "topic": "Accounts about topics",
    }
)

MEDIA: Mapping[str, str] = sentences(
    {
        "application/epub+zip": "E-book (EPUB)",
        "application/json": "Data (JSON)",
        "application/msword": "Word document",
        "application/pdf": "PDF",
        "application/vnd.ms-excel": "Spreadsheet",
        "application/vnd.ms-powerpoint": "Slides (PowerPoint)",
        "application/vnd.oasis.opendocument.presentation": "Slides (OpenDocument)",
        "application/vnd.oasis.opendocument.spreadsheet": "Spreadsheet (OpenDocument)",
        "application/vnd.oasis.opendocument.text": "Text document (OpenDocument)",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "Slides (PowerPoint)",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Spreadsheet (Excel)",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
        "application/zip": "Archive (ZIP)",
        "text/calendar": "Calendar",
        "text/csv": "Table (CSV)",
        "text/html": "Web page",
        "text/markdown": "Text (Markdown)",
        "text/plain": "Text",
    }
)
MEDIA_FAMILIES: Mapping[str, str] = sentences({"audio": "Audio", "image": "Picture", "video": "Video", "text": "Text"})
