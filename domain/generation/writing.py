"""Writing: which writer a brief goes to, scripts that are kept word for word, and edits."""

from collections.abc import Callable, Mapping

import msgspec

from domain.errors import FieldError, InvalidRequest, SceneNotFound, TopicNotFound
from domain.generation.brief import MAX_TEXT_CHARS, Brief, SourceKind
from domain.generation.grounding import UNSUPPORTED_CODE
from domain.generation.keywords import key_terms
from domain.generation.originality import (
    CLOSENESS_CODE,
    closeness_warning,
    is_draft,
    share_of_shingles,
)
from domain.generation.paragraphs import (
    HEADING,
    blocks_of,
    group_sentences,
    split_sentences,
)
from domain.generation.ports import ScriptWriter, SentenceSegmenter
from domain.generation.rederiving import (
    MAX_SEARCH_TERMS,
    MAX_TAGS,
    rederived,
    search_terms_again,
)
from domain.generation.script import (
    ProductionWarning,
    Scene,
    SceneEdit,
    Script,
    Sentence,
    TopicMatch,
    shorten_title,
    spoken_seconds,
)
from domain.generation.speakers import Speakers
from domain.generation.tags import tags_for
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

DURATION_TOLERANCE = 0.10


class PlainWriter:
    """Keeps the caller's own script or scenes word for word."""

    def __init__(self, segmenter: SentenceSegmenter) -> None:
        self._segmenter = segmenter
        self.identity = f"plain-3/{segmenter.identity}"

    def match_topic(self, topic: str, language: str) -> TopicMatch:  # noqa: ARG002
        """Find no topic: this writer knows none."""
        raise TopicNotFound(topic, [])

    async def write(
        self,
        brief: Brief,
        seed: int,  # noqa: ARG002
        words_per_minute: float,
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Script:
        """Split ``brief.script`` or ``brief.scenes`` into sentences; no word is changed, and
        marks of speakers are no words.

        Raises:
            InvalidRequest: the script holds headings only.
        """
        scenes = self._given_scenes(brief) if brief.scenes else self._split_script(brief)
        if not scenes:
            raise InvalidRequest(
                [
                    FieldError(
                        "/script",
                        "has headings, but nothing to say",
                        "nothing_to_say",
                        "Put sentences below the lines that begin with #.",
                    )
                ]
            )
        text = " ".join(scene.text for scene in scenes)
        return Script(
            title=brief.title or shorten_title(scenes[0].sentences[0].text),
            language=brief.language,
            scenes=scenes,
            tags=tags_for(scenes, MAX_TAGS, language=brief.language),
            summary=scenes[0].sentences[0].text,
            warnings=_duration_warnings(brief, text, words_per_minute),
        )

    def _given_scenes(self, brief: Brief) -> list[Scene]:
        scenes = []
        speakers = Speakers(brief.speakers)
        for given in brief.scenes or []:
            speaker = None if given.speaker is None else speakers.known(given.speaker)
            sentences, _ = split_sentences(
                given.text, self._segmenter, brief.language, speakers, speaker
            )
            text = " ".join(sentence.text for sentence in sentences)
            scenes.append(
                Scene(
                    sentences=sentences,
                    heading=given.heading,
                    kind=given.kind,
                    search_terms=given.search_terms or key_terms(text, MAX_SEARCH_TERMS),
                    media=given.media,
                    pause_after_ms=given.pause_after_ms,
                )
            )
        return scenes

    def _split_script(self, brief: Brief) -> list[Scene]:
        scenes: list[Scene] = []
        speakers = Speakers(brief.speakers)
        speaker: str | None = None
        heading: str | None = None
        section = 0
        for block in blocks_of(brief.script or ""):
            if match := HEADING.match(block):
                # Two headings in a row: none of their words may be lost.
                heading = f"{heading} {match['text']}" if heading else match["text"]
                section += 1 if scenes else 0
                continue
            sentences, speaker = split_sentences(
                block, self._segmenter, brief.language, speakers, speaker
            )
            for group in group_sentences(sentences):
                text = " ".join(sentence.text for sentence in group)
                scenes.append(
                    Scene(
                        sentences=group,
                        heading=heading,
                        search_terms=key_terms(text, MAX_SEARCH_TERMS),
                        section=section,
                    )
                )
                heading = None
        return scenes


class Writers:
    """Every writer behind one port: a brief goes to the writer of its kind of source."""

    def __init__(self, by_source: Mapping[SourceKind, ScriptWriter]) -> None:
        self._by_source = dict(by_source)
        self.identity = ";".join(
            f"{kind}={writer.identity}" for kind, writer in sorted(self._by_source.items())
        )

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        """Ask the topics' writer."""
        return self._by_source["topic"].match_topic(topic, language)

    async def write(
        self, brief: Brief, seed: int, words_per_minute: float, errand: Errand = UNPAID
    ) -> Script:
        """Have the script written by the writer of the brief's source.

        Raises:
            ProviderFailed: none of them reads such a source.
        """
        writer = self._by_source.get(brief.source_kind)
        if writer is None:
            known = ", ".join(f"`{kind}`" for kind in self._by_source)
            raise ProviderFailed(
                f"Nothing is written from `{brief.source_kind}` here, only from {known}.",
                Verdict.NEXT,
            )
        return await writer.write(brief, seed, words_per_minute, errand)


def apply_edits(
    script: Script,
    edits: Mapping[int, SceneEdit],
    segmenter: SentenceSegmenter,
    brief: Brief,
) -> Script:
    """Correct scenes of a finished script; scenes without an edit stay the same objects.

    Edited words are the caller's own: they no longer name a source, and what was derived from
    the old ones (search terms, title, tags, summary) is derived from them. Whoever began a scene
    begins it still, unless a mark says otherwise. How close the whole is
    to its sources is measured again, so that a draft which was reworded enough is one no more.

    Raises:
        SceneNotFound: an edit names a scene that the script doesn't have.
        InvalidRequest: an edit's text is blank or too long.
    """
    scenes = list(script.scenes)
    speakers = Speakers(brief.speakers)

    def split(text: str, begins: str | None) -> list[Sentence]:
        return split_sentences(text, segmenter, script.language, speakers, begins)[0]

    for number, edit in sorted(edits.items()):
        if not 0 <= number < len(scenes):
            raise SceneNotFound(
                f"There is no scene {number}; the video has {len(scenes)}, from 0 to "
                f"{len(scenes) - 1}."
            )
        scenes[number] = _edited(number, scenes[number], edit, split)
    # new words are the caller's own: nothing is to be said of what stood there before
    reworded = {
        f"/scenes/{number}"
        for number, (was, now) in enumerate(zip(script.scenes, scenes, strict=True))
        if was.sentences != now.sentences
    }
    warnings = [
        warning
        for warning in script.warnings
        if warning.code != UNSUPPORTED_CODE or warning.pointer not in reworded
    ]
    edited = msgspec.structs.replace(script, scenes=scenes, warnings=warnings)
    return _measured_again(rederived(script, edited, brief))


def _measured_again(script: Script) -> Script:
    # Scripts of before the shingles were kept, and one's own words, stay as they were judged.
    if not script.source_shingles:
        return script
    share = share_of_shingles(
        " ".join(scene.text for scene in script.scenes), script.source_shingles
    )
    others = [warning for warning in script.warnings if warning.code != CLOSENESS_CODE]
    pointer = next((w.pointer for w in script.warnings if w.code == CLOSENESS_CODE), "")
    close = [closeness_warning(share, pointer)] if is_draft(share) else []
    return msgspec.structs.replace(
        script,
        verbatim_share=round(share, 4),
        draft=is_draft(share),
        warnings=[*others, *close],
    )


def _edited(
    number: int, scene: Scene, edit: SceneEdit, split: Callable[[str, str | None], list[Sentence]]
) -> Scene:
    sentences, search_terms = scene.sentences, scene.search_terms
    if edit.text is not None and edit.text.split() != scene.text.split():
        began = scene.sentences[0].speaker if scene.sentences else None
        sentences = split(edit.text, began)
        if not sentences or len(edit.text) > MAX_TEXT_CHARS:
            raise InvalidRequest(
                [
                    FieldError(
                        f"/scenes/{number}/text",
                        f"must have 1 to {MAX_TEXT_CHARS:,} characters that aren't all blank",
                        "blank" if not sentences else "too_long",
                        "Send the scene's new words, or leave `text` out to keep the old ones.",
                    )
                ]
            )
        search_terms = search_terms_again(scene, " ".join(s.text for s in sentences))
    return msgspec.structs.replace(
        scene,
        sentences=sentences,
        search_terms=search_terms,
        heading=scene.heading if edit.heading is None else edit.heading,
        kind=scene.kind if edit.kind is None else edit.kind,
        media=scene.media if edit.media is None else edit.media,
        pronunciations=scene.pronunciations | (edit.pronunciations or {}),
    )


def _duration_warnings(brief: Brief, text: str, words_per_minute: float) -> list[ProductionWarning]:
    if brief.duration is None:
        return []
    seconds = spoken_seconds(text, words_per_minute)
    if abs(seconds - brief.duration) <= DURATION_TOLERANCE * brief.duration:
        return []
    return [
        ProductionWarning(
            code="duration_not_met",
            pointer="/duration",
            message=f"Word for word, this text takes about {seconds:.0f} s, not "
            f"{brief.duration} s.",
            hint="Shorten or lengthen the text, change `voice.speed`, or send it as "
            "`source_text` to have it condensed.",
        )
    ]
