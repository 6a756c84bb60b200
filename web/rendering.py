"""From a view to HTML: one Jinja environment per interface language, each template compiled once for all of them.

Everything is escaped but :class:`~web.design.parts.SafeHtml` and what the functions below build. A name that a view
lacks is an error, never an empty place. Templates hold no sentence outside ``_()``, no style and no script; a
:class:`~node.sentences.Sentence` in a view is said in the language of the page wherever it is put out.
"""

import functools
from pathlib import Path
from types import CodeType

import orjson
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from node.clock import to_rfc3339
from node.domain.uris import is_web_uri
from node.domain.zones import local_text
from node.sentences import Sentence
from node.translations import SOURCE, spoken
from web.assets import Assets
from web.design import words
from web.design.page import View
from web.design.parts import SafeHtml, Text
from web.language import Language
from web.templating import PlainEnvironment

TEMPLATES = Path(__file__).parent / "templates"
_ENGLISH = Language()
_SCRIPT_ESCAPES = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"})


class Compiled(BytecodeCache):
    """The code of every template, for all languages of the process: they say the same sentences, each in its words.

    Templates take 30 ms each to compile; by far the most of what a first page in another language would cost.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


class Renderer:
    """Turns views into pages. Made once per process; safe to use from several tasks and threads."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._environment = functools.cache(self._build)

    def render(self, view: View) -> str:
        """The whole page of a view, in the language of its ``page``."""
        language = view.page.language if view.page.language in spoken() else SOURCE
        template = self._environment(language).get_template(view.template)
        return template.render(view=view, page=view.page, site=view.page.site)

    def _build(self, tag: str) -> Environment:
        language = Language(tag)
        environment = PlainEnvironment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,
            bytecode_cache=COMPILED,
            finalize=language.put,
        )
        told = words.Words(language)
        environment.globals |= {"_": language.say, "asset": self._assets.url, "language": tag}
        environment.filters |= {
            "ago": told.ago,
            "day": told.day,
            "days": told.days,
            "duration": told.duration,
            "handle": handle,
            "href": href,
            "webcal": webcal,
            "initials": words.initials,
            "json_script": json_script,
            "kind": told.kind,
            "work": told.work,
            "language_name": told.language_name,
            "media": told.media,
            "month": told.month,
            "number": language.number,
            "path": own_path,
            "rfc3339": to_rfc3339,
            "size": told.size,
            "span": told.span,
            "term": told.term,
            "text": functools.partial(text, language=language),
            "time": told.time,
            "tint": words.tint,
            "weekday": told.weekday,
            "zoned_day": lambda when: local_text(when.starts_at, when.timezone)[:10],
            "zoned": lambda when: told.zoned(when.starts_at, when.ends_at, when.timezone),
        }
        environment.tests["safe_html"] = lambda value: isinstance(value, SafeHtml)
        return environment


def json_script(value: object) -> Markup:
    """JSON that can stand in a script element: nothing in it can end the element or read as markup."""
    return Markup(orjson.dumps(value).decode().translate(_SCRIPT_ESCAPES))  # noqa: S704 (escaped in this very line)


def text(value: Text | str, *, language: Language | None = None) -> Markup:
    """Words of content, isolated from the direction of what stands around them and marked with their language.

    >>> text(Text(value="Guten Tag <b>", language="de"))
    Markup('<bdi lang="de">Guten Tag &lt;b&gt;</bdi>')
    """
    spoken_here = language or _ENGLISH
    if isinstance(value, Sentence):
        return spoken_here.say(value)
    shown = value if isinstance(value, Text) else Text(value=value)
    if shown.language in {"", spoken_here.tag}:
        return Markup(f"<bdi>{escape(shown.value)}</bdi>")  # noqa: S704 (escaped in this very line)
    marked = f'<bdi lang="{escape(shown.language)}">{escape(shown.value)}</bdi>'
    return Markup(marked)  # noqa: S704 (both are escaped)


def handle(value: str) -> Markup:
    """``@user@host`` that may break before its host.

    >>> handle("@ann@museum.example")
    Markup('<bdi class="handle">@ann<wbr>@museum.example</bdi>')
    """
    user, at, host = value.rpartition("@")
    return Markup(f'<bdi class="handle">{escape(user)}<wbr>{escape(at + host)}</bdi>')  # noqa: S704 (both are escaped)


def webcal(value: str) -> Markup:
    """The address of a calendar file for the calendar program of a device, which then asks for it again and again.

    >>> webcal("https://learn.uni.example/calendar.ics"), webcal("javascript:alert(1)")
    (Markup('webcal://learn.uni.example/calendar.ics'), Markup('#'))
    """
    return Markup("webcal:") + escape(value.partition(":")[2]) if is_web_uri(value) else Markup("#")


def href(value: str) -> Markup:
    """An address that is safe to follow: an own path, an anchor, http or https. Anything else leads nowhere.

    >>> href("javascript:alert(1)"), href("//evil.example"), href("/r/x?a=1&b=2")
    (Markup('#'), Markup('#'), Markup('/r/x?a=1&amp;b=2'))
    """
    own = value.startswith(("/", "#", "?")) and not value.startswith(("//", "/\\"))
    return escape(value if own or value.lower().startswith(("https://", "http://")) else "#")


def own_path(value: str) -> Markup:
    """The target of a form: a path of this node. ValueError for anything else, which would be our mistake."""
    if not value.startswith("/") or value.startswith(("//", "/\\")):
        raise ValueError(f"a form may only lead to an own path, not to {value!r}")
    return escape(value)
