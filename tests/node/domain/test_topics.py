"""What posts look like: the kind of a thread that nobody has chosen, and what it is called."""

from node.domain.communities import TopicKind
from node.domain.posts import PostKind
from node.domain.topics import entity_of, guess_kind, kind_in_entity, title_of
from tests.rows import each_row

LONG = "We poured the first moulds with sand that was still damp, and looked at each of them under the lamp. " * 4


@each_row(
    "expected, facts",
    [
        ("question", {"text": "@casting@museum.example Why do zinc castings crack near the gate?"}),
        ("question", {"text": "Hello all! Who has tried this? #casting #zinc"}),
        ("question", {"title": "Cracks near the gate?", "text": LONG}),
        ("question", {"title": "Cracks near the gate", "text": f"{LONG} What could it be?"}),
        ("question", {"text": "なぜ割れるのですか？"}),
        ("question", {"text": "هل جرب أحد هذا؟"}),
        ("question", {"text": "Bitte um Rat. #Frage", "hashtags": ["Frage"]}),
        ("question", {"text": "No mark at all", "entity": {"type": ["Question"]}}),
        ("discussion", {"text": "Is it one?", "entity": {"additionalType": "https://w3id.org/rhizome#discussion"}}),
        ("discussion", {"title": "How we cool our moulds", "text": LONG}),
        ("discussion", {"text": LONG}),
        ("discussion", {"title": "Short", "text": "But with a title."}),
        ("note", {"text": "Poured the first ten today."}),
        ("note", {"text": ""}),
        ("resource", {"text": "https://learn.uni.example/r/phase-diagrams worth twenty minutes @casting"}),
        ("resource", {"title": "Phase diagrams", "text": "", "link": "https://learn.uni.example/r/phase-diagrams"}),
        ("discussion", {"title": "On cooling", "text": f"{LONG} https://learn.uni.example/r/phase-diagrams"}),
        ("event", {"title": "Workshop?", "text": "Come!", "post": PostKind.EVENT}),
        ("resource", {"title": "A video?", "text": "Look!", "post": "resource"}),
        ("announcement", {"text": "The hall is closed.", "hashtags": ["Announcement"], "governs": True}),
        ("note", {"text": "The hall is closed.", "hashtags": ["announcement"]}),  # not everybody's to say
        ("note", {"text": "Hi", "entity": {"additionalType": "https://w3id.org/rhizome#announcement"}}),
        ("note", {"text": "Hi", "entity": {"type": 7, "additionalType": ["x"]}}),
    ],
)
def test_a_post_is_what_it_looks_like(expected, facts):
    assert guess_kind(**{"title": ""} | facts) is TopicKind(expected)


@each_row("kind", [kind for kind in TopicKind if kind is not TopicKind.EVENT])
def test_what_our_nodes_say_is_read_as_it_was_meant(kind):
    assert kind_in_entity(entity_of(kind, "Title")) is kind


@each_row(
    "expected, name, text",
    [
        ("A title", "A title", "and a text"),
        ("Why?", "", "@casting Why? Because."),
        ("One line", "", "One\nline"),
        ("", "", "@casting"),
        ("word " * 23 + "word…", "", "word " * 60),
    ],
)
def test_a_thread_has_a_name(expected, name, text):
    assert title_of(name, text) == expected
