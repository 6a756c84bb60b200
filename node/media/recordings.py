"""Audio and video through FFmpeg, where it is installed: looked into, freed of metadata, with a picture of the start.

Runs in the worker process. FFmpeg is told which container to expect and may open nothing but files, so a playlist in
disguise cannot make it read or fetch anything else. Streams are copied, not encoded again.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from node.domain.media import FORMS, Form, MediaKind
from node.errors import Invalid
from node.media import pictures
from node.media.facts import MAX_FRAME_RATE, MAX_PIXELS, MAX_VIDEO_PIXELS, Facts, Shape, Stored
from node.sentences import Sentence

_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe")
_DAMAGED = "This recording cannot be read."
#: The container that streams of a form are copied into: metadata, covers and what else there is stay behind.
_MUXERS = {"MP4": "mp4", "MOV": "mp4", "M4A": "ipod", "WEBM": "webm", "OGV": "ogg", "OGG": "ogg", "MP3": "mp3"} | {
    "AAC": "adts",
    "FLAC": "flac",
    "WAV": "wav",
}
_BECOMES = {"MOV": "MP4"}


def make_recording(source: Path, into: Path, form_name: str) -> Facts:
    """Write ``original``, and ``small`` of a video. Raises Invalid."""
    form = FORMS[form_name]
    found = _probe(source, form)
    video = next((s for s in found["streams"] if s.get("codec_type") == "video" and not _is_cover(s)), None)
    audio = next((s for s in found["streams"] if s.get("codec_type") == "audio"), None)
    if video is None and audio is None:
        raise Invalid(_DAMAGED)
    width, height = _size(video) if video else (0, 0)
    frame_rate = _ratio(video.get("avg_frame_rate", "0/1")) if video else 0.0
    _check(width, height, frame_rate)
    _run("-f", form.demuxer, "-i", source, *_copying(form, has_video=video is not None), into / "original")
    kept = Stored(_kept_form(form, has_video=video is not None), width, height)
    facts = Facts(
        kind=MediaKind.VIDEO if video else MediaKind.AUDIO,
        original=kept,
        duration=_number(found.get("format", {}).get("duration")),
        frame_rate=round(frame_rate, 3),
    )
    return _with_picture(facts, source, form, into) if video else facts


def make_video_of_gif(source: Path, into: Path) -> Facts | None:
    """A silent video of an animated GIF; None where this FFmpeg has no encoder for it."""
    if b"libx264" not in _output("ffmpeg", "-hide_banner", "-encoders"):
        return None
    even = "scale=trunc(iw/2)*2:trunc(ih/2)*2:flags=area,format=yuv420p"
    encoding = ("-c:v", "libx264", "-preset", "fast", "-crf", "22", "-threads", "1", "-movflags", "+faststart")
    _run("-f", "gif", "-i", source, "-an", "-vf", even, *encoding, *_BARE, "-f", "mp4", into / "original")
    (into / "small").unlink(missing_ok=True)
    found = _probe(into / "original", FORMS["MP4"])
    width, height = _size(found["streams"][0])
    facts = Facts(
        kind=MediaKind.GIFV,
        original=Stored("MP4", width, height),
        duration=_number(found.get("format", {}).get("duration")),
        frame_rate=round(_ratio(found["streams"][0].get("avg_frame_rate", "0/1")), 3),
    )
    return _with_picture(facts, into / "original", FORMS["MP4"], into)


_BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")


def _copying(form: Form, *, has_video: bool) -> Sequence[str]:
    muxer = _MUXERS[form.name]
    if form.name in {"MP4", "MOV"} and not has_video:
        muxer = "ipod"
    streams = ("-map", "0:V:0?", "-map", "0:a:0?", "-c", "copy", "-dn", "-sn")
    faststart = ("-movflags", "+faststart") if form.demuxer == "mov" else ()
    return *streams, *_BARE, *faststart, "-f", muxer


def _kept_form(form: Form, *, has_video: bool) -> str:
    if has_video:
        return _BECOMES.get(form.name, form.name)
    return {"MP4": "M4A", "MOV": "M4A", "OGV": "OGG"}.get(form.name, form.name)


def _with_picture(facts: Facts, source: Path, form: Form, into: Path) -> Facts:
    """The first frame as ``small``, and its hash; a video whose start cannot be painted goes without."""
    poster = into / "poster"
    try:
        _run("-f", form.demuxer, "-i", source, "-frames:v", "1", "-c:v", "png", "-f", "image2pipe", poster)
        shown = pictures.make_picture(poster, _subfolder(into), "PNG", Shape(pixels=MAX_PIXELS))
    except Invalid:
        return facts
    finally:
        poster.unlink(missing_ok=True)
    with Image.open(into / "poster.d" / "small") as small:
        small.convert("RGB").save(into / "small", format="JPEG", quality=85)
        size = small.size
    return Facts(
        kind=facts.kind,
        original=facts.original,
        small=Stored("JPEG", *size),
        blurhash=shown.blurhash,
        duration=facts.duration,
        frame_rate=facts.frame_rate,
    )


def _subfolder(into: Path) -> Path:
    folder = into / "poster.d"
    folder.mkdir()
    return folder


def _check(width: int, height: int, frame_rate: float) -> None:
    if width * height > MAX_VIDEO_PIXELS:
        raise Invalid(Sentence("A video has at most {n} pixels.", n=MAX_VIDEO_PIXELS))
    if frame_rate > MAX_FRAME_RATE:
        raise Invalid(Sentence("A video has at most {n} frames a second.", n=MAX_FRAME_RATE))


def _is_cover(stream: Mapping[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _size(stream: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height as it is shown: telephones record lying and note how to turn."""
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    turned = next((abs(int(each.get("rotation", 0))) for each in stream.get("side_data_list", ())), 0)
    return (height, width) if turned in {90, 270} else (width, height)


def _ratio(text: str) -> float:
    over, _, under = text.partition("/")
    return _number(over) / (_number(under) or 1.0)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _probe(source: Path, form: Form) -> dict[str, Any]:
    wanted = ("-print_format", "json", "-show_streams", "-show_format")
    answer = _output("ffprobe", *_QUIET[1:], "-f", form.demuxer, *wanted, "-i", str(source))
    found: dict[str, Any] = json.loads(answer)
    return found if isinstance(found.get("streams"), list) else {"streams": []}


def _run(*words: str | Path) -> None:
    _output("ffmpeg", *_QUIET, "-threads", "1", "-y", *map(str, words))


def _output(program: str, *words: str) -> bytes:
    # Its standard input is not ours: orders for the worker process arrive there.
    answer = subprocess.run(  # noqa: S603 (words are ours, no shell)
        [program, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if answer.returncode:
        raise Invalid(_DAMAGED, detail=answer.stderr[:500].decode("utf-8", "replace"))
    return answer.stdout
