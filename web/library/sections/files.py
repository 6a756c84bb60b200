"""The resource itself: an address, files, pictures with the words that stand for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from node.domain.records import ResourceRecord
from node.domain.text import pick
from node.domain.uris import is_web_uri
from node.sentences import Sentence
from node.store.posts.media import Media
from web.design.parts import Field, Image
from web.library.form import Form, Parts, Section, Values

MAX_EACH = 32  # of the schema


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the form: ``name`` of the fields that describe and remove it."""

    key: str
    label: Field
    media_type: str
    picture: Image | None
    is_picture: bool
    removed: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture or file that lies elsewhere."""

    name: str
    url: str
    label: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Files:
    url: Field
    uploads: tuple[Upload, ...]
    kept: tuple[Kept, ...]
    picture: Field
    file: Field


def show(record: ResourceRecord) -> Values:
    return {"url": record.get("url", "")}


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    url = form.text("url")
    wrong = {"url": Sentence("An address begins with https:// or http://.")} if url and not is_web_uri(url) else {}
    language = form.text("language-0") or "und"
    images, files = _kept(form, "image"), _kept(form, "encoding")
    for media in form.media:
        if form.values.get(f"remove-{media.id}"):
            continue
        label = form.text(f"alt-{media.id}")
        if media.kind in {"image", "gifv"}:
            images.append(_image(form, media, label, language))
        else:
            files.append(_file(form, media, label))
    if len(images) > MAX_EACH or len(files) > MAX_EACH:
        wrong["file"] = Sentence("At most 32 pictures and 32 files.")
    return {"url": url or None, "image": images, "encoding": files}, wrong


def data(form: Form) -> Files:
    kept = [
        Kept(f"drop:{each['contentUrl']}", each["contentUrl"], _label(each, form), _is_dropped(form, each))
        for key in ("image", "encoding")
        for each in _foreign(form, key)
    ]
    return Files(
        url=Field(value=form.values.get("url", ""), error=form.error("url")),
        uploads=tuple(_upload(form, media) for media in form.media),
        kept=tuple(kept),
        picture=Field(error=form.error("picture")),
        file=Field(error=form.error("file")),
    )


def _label(each: Mapping[str, Any], form: Form) -> str:
    name = each.get("name", "")
    text = pick(name, form.languages) if isinstance(name, dict) else name
    return text or str(each["contentUrl"]).rstrip("/").rpartition("/")[2]


def _upload(form: Form, media: Media) -> Upload:
    is_picture = media.kind in {"image", "gifv"}
    picture = Image(url=form.media_url(media.small_key or media.key), width=320, height=200) if is_picture else None
    return Upload(
        key=str(media.id),
        label=Field(value=form.values.get(f"alt-{media.id}", media.description), error=form.error(f"alt-{media.id}")),
        media_type=media.media_type,
        picture=picture,
        is_picture=is_picture,
        removed=bool(form.values.get(f"remove-{media.id}")),
    )


def _foreign(form: Form, key: str) -> list[dict[str, Any]]:
    """What the record shows that is no upload of the form: it lies elsewhere, or belongs to what this builds on."""
    own = {form.media_url(media.key) for media in form.media}
    found = form.kept(key)
    return [each for each in found if each.get("contentUrl") and each["contentUrl"] not in own]


def _kept(form: Form, key: str) -> list[dict[str, Any]]:
    base = form.kept(key)
    players = [each for each in base if not each.get("contentUrl")]
    return [*(each for each in _foreign(form, key) if not _is_dropped(form, each)), *players]


def _is_dropped(form: Form, each: Mapping[str, Any]) -> bool:
    return bool(form.values.get(f"drop:{each['contentUrl']}"))


def _image(form: Form, media: Media, label: str, language: str) -> dict[str, Any]:
    return {
        "contentUrl": form.media_url(media.key),
        **({"name": {language: label}} if label else {}),
        "encodingFormat": media.media_type,
        **({"width": media.width, "height": media.height} if media.width and media.height else {}),
    }


def _file(form: Form, media: Media, label: str) -> dict[str, Any]:
    is_whole = not media.small_key and media.bytes
    return {
        "contentUrl": form.media_url(media.key),
        **({"name": label[:300]} if label else {}),
        "encodingFormat": media.media_type,
        **({"contentSize": str(media.bytes)} if is_whole else {}),
    }


SECTION = Section("files", Sentence("The thing itself"), "library/sections/files.html", show, read, data)
