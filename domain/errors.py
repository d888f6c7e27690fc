"""Every error that a caller can meet, one class per situation, each with a stable ``code``.

No HTTP here: ``app`` alone maps codes to status codes. A class's docstring is its default
message; ``hint`` says what the user can do about it.
"""

from typing import Any, ClassVar

import msgspec

from domain.installing import how_to_install


class FieldError(msgspec.Struct, frozen=True):
    """One wrong field of a request: where (JSON pointer, RFC 6901), what, and the way out."""

    pointer: str
    message: str
    code: str = "invalid"
    hint: str = ""


class DomainError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal_error"
    hint: ClassVar[str] = ""
    #: A transient failure may pass by itself: the unit is tried again with back-off, and not
    #: before the detail ``retry_after_seconds``, if whoever failed has named a time.
    transient: ClassVar[bool] = False

    def __init__(self, message: str = "", *, hint: str = "", **details: Any) -> None:
        self.message = message or " ".join((type(self).__doc__ or "").split())
        self.hint_text = hint or type(self).hint
        self.details = details
        super().__init__(self.message)


# -- what the caller asked for ---------------------------------------------------------------


NAMED_FIELDS = 3
"""so many wrong fields are named in a message; ``errors`` has them all"""


class InvalidRequest(DomainError):
    """The request has fields that are missing, wrong or unknown."""

    code = "invalid_request"

    def __init__(self, errors: list[FieldError], *, suggestions: list[str] | None = None) -> None:
        """``suggestions``: of topics, where one of the errors is about the topic."""
        self.errors = errors
        self.suggestions = suggestions
        count = f"{len(errors)} field{'s are' if len(errors) > 1 else ' is'} wrong"
        if len(errors) == 1 and not errors[0].pointer:
            count = "The request is wrong"
        named = "; ".join(
            f"{error.pointer} {error.message.rstrip('.')}".lstrip()
            for error in errors[:NAMED_FIELDS]
        )
        super().__init__(
            f"{count}: {named}{' ...' if len(errors) > NAMED_FIELDS else '.'}",
            hint=errors[0].hint if len(errors) == 1 else "",
        )


class TopicNotFound(DomainError):
    """No article of the offline encyclopedia matches this topic."""

    code = "topic_not_found"
    hint = (
        "Take one of the suggestions, send your own words as `script`, or send an article as "
        "`source_text`."
    )
    EXAMPLES_HINT: ClassVar[str] = (
        "Nothing is near it; the suggestions are examples of topics. Send your own words as "
        "`script`, or an article as `source_text`."
    )

    def __init__(self, topic: str, suggestions: list[str], *, only_examples: bool = False) -> None:
        """``only_examples``: nothing is near the topic, so that these are just topics there are."""
        self.suggestions = suggestions
        self.only_examples = only_examples
        super().__init__(
            f"No article matches the topic {topic!r}.",
            hint=self.EXAMPLES_HINT if only_examples else "",
            topic=topic,
            suggestions=suggestions,
        )


class LanguageUnsupported(DomainError):
    """This can't be made in this language."""

    code = "language_unsupported"
    hint = "Use a language of an installed voice (`GET /api/voices`), or install another voice."


class WritingSystemUnsupported(DomainError):
    """The text is in a writing system that the chosen voice can't speak."""

    code = "writing_system_unsupported"
    hint = "Write the text in the script of the voice's language, or choose another voice."


class VoiceNotFound(DomainError):
    """No voice has this id."""

    code = "voice_not_found"
    hint = (
        "`GET /api/voices` and `faceless doctor` list the installed voices; the extra `voice` "
        "installs the default."
    )


class MusicNotFound(DomainError):
    """The music library has no track in this mood."""

    code = "music_not_found"
    hint = 'Take another mood, or `"mood": "none"` for a video without music.'


class MediaNotFound(DomainError):
    """The local media folder has no file of this name."""

    code = "media_not_found"
    hint = "Put the file into the folder that MEDIA_DIR names, or leave `media` out."


class MediaUnreadable(DomainError):
    """A media file can't be decoded."""

    code = "media_unreadable"
    hint = "Convert it to MP4 (H.264), PNG or JPEG, or take it out of the media folder."


class UrlForbidden(DomainError):
    """This URL can't be used."""

    code = "url_forbidden"


class UrlUnreachable(DomainError):
    """A server that a URL names doesn't answer as it should."""

    code = "url_unreachable"
    transient = True


class PageUnreadable(DomainError):
    """There is no article on the page at this address."""

    code = "page_unreadable"
    hint = "Send the address of one article, or its text as `source_text`."


class ReaderMissing(DomainError):
    """This server can't read web pages: the extra `models` isn't installed."""

    code = "reader_missing"
    hint = (
        "Send the article's text as `source_text`; whoever runs this server can install the extra: "
        f"{how_to_install('models')}."
    )


# -- who asks ------------------------------------------------------------------------------------


class KeyMissing(DomainError):
    """This request needs a key."""

    code = "key_missing"
    hint = (
        "Send `Authorization: Bearer fk_...`. `faceless keys create --name NAME --scope SCOPE` "
        "makes a key, on the server."
    )


class KeyInvalid(DomainError):
    """This key isn't valid."""

    code = "key_invalid"
    hint = "Take another: `faceless keys list` tells which there are, `keys create` makes one."


class RateLimited(DomainError):
    """This key has sent too many requests."""

    code = "rate_limited"  # the detail ``seconds_left`` tells when it may go on
    hint = "Wait as long as `Retry-After` says; whoever runs the server can raise RATE_LIMIT."


class TooManyAtOnce(DomainError):
    """This key has too many requests under way."""

    code = "too_many_at_once"
    hint = (
        "Let some end first, open event streams among them; whoever runs the server can raise "
        "CONCURRENT_LIMIT."
    )


class TooManyFailures(DomainError):
    """Too many requests from this address came without a good key."""

    code = "too_many_failures"
    hint = "Take a good key: with one, requests from this address are served even now."


class ScopeMissing(DomainError):
    """The key isn't for this."""

    code = "scope_missing"  # the detail ``scope`` is what it lacks


class KeyNotFound(DomainError):
    """No key has this id."""

    code = "key_not_found"
    hint = "`faceless keys list` tells the ids."


# -- webhooks ------------------------------------------------------------------------------------


class WebhookNotFound(DomainError):
    """No webhook has this id."""

    code = "webhook_not_found"
    hint = "`GET /api/webhooks` lists them."


class DeliveryNotFound(DomainError):
    """No delivery has this id."""

    code = "delivery_not_found"
    hint = "`GET /api/webhooks/deliveries` lists them; they are kept for some weeks."


class TooManyWebhooks(DomainError):
    """This account has as many webhooks as one may have."""

    code = "too_many_webhooks"
    hint = "Delete one that isn't needed: `DELETE /api/webhooks/{id}`."


class SecretUnreadable(DomainError):
    """A secret that is kept here was encrypted with another SECRET_KEY."""

    code = "secret_unreadable"
    hint = (
        "Set the SECRET_KEY that it was kept under (or bring back DATA_DIR/secret.key), or make "
        "a new secret: `POST /api/webhooks/{id}/rotate`."
    )


# -- jobs and videos --------------------------------------------------------------------------


class JobNotFound(DomainError):
    """No job has this id."""

    code = "job_not_found"


class VideoNotFound(DomainError):
    """No video has this id."""

    code = "video_not_found"


class SceneNotFound(DomainError):
    """The video has no scene of this number."""

    code = "scene_not_found"
    hint = "Scenes are numbered from 0; `GET /api/videos/{id}/storyboard` lists them."


class ArtifactNotFound(DomainError):
    """The artifact store has no bytes under this hash."""

    code = "artifact_not_found"


class NotMadeYet(DomainError):
    """The job hasn't made this yet."""

    code = "not_made_yet"  # the detail ``stage`` is the one that makes it
    hint = "`GET /api/jobs/{id}` tells which stages are done, and where the job stands."

    def __init__(self, what: str, stage: str) -> None:
        super().__init__(f"{what}: the stage `{stage}` isn't done.", stage=stage)


class IllegalMove(DomainError):
    """The job's state doesn't allow this."""

    code = "illegal_move"


class NothingToRevise(DomainError):
    """No scene of this video was changed since its last revision."""

    code = "nothing_to_revise"
    hint = "Change a scene first: `PATCH /api/videos/{id}/scenes/{n}`."


class QueueFull(DomainError):
    """Too many jobs are waiting."""

    code = "queue_full"
    hint = "Try again when some have finished; whoever runs the server can raise MAX_QUEUED_JOBS."


class SketchersBusy(DomainError):
    """Too many dry runs are under way."""

    code = "dry_runs_busy"
    hint = "Try again in a few seconds."
    transient = True


class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key came before, with another request."""

    code = "idempotency_key_reused"
    hint = (
        "Take a new key for a new request; to repeat the first one, send it exactly as it was. "
        "A key is free again 24 hours after it was first used."
    )


# -- presets -----------------------------------------------------------------------------------


class PresetNotFound(DomainError):
    """No preset has this name."""

    code = "preset_not_found"
    hint = "`GET /api/presets` lists them."


class PresetUnknown(DomainError):
    """The request names a preset that isn't there."""

    code = "preset_unknown"  # the detail ``pointer`` leads to the name


class PresetChanged(DomainError):
    """The preset isn't any more what was to be replaced."""

    code = "preset_changed"
    hint = "Read it again, and send its new ETag as If-Match."


class TooManyPresets(DomainError):
    """The account has as many presets as it may have."""

    code = "too_many_presets"
    hint = "Remove one first: `DELETE /api/presets/{name}`."


class NotImportable(DomainError):
    """This is no request that can be imported."""

    code = "not_importable"
    hint = (
        "`faceless import` reads the JSON bodies of MoneyPrinterTurbo's POST /api/v1/videos and "
        "of short-video-maker's POST /api/short-video."
    )


class VoiceSampleNotFound(DomainError):
    """No installed voice has this id, so that nobody can be heard."""

    code = "voice_sample_not_found"
    hint = "`GET /api/voices` lists the installed voices."


# -- work --------------------------------------------------------------------------------------


class LeaseLost(DomainError):
    """Another worker owns this unit now; what this one made is discarded."""

    code = "lease_lost"


class Quarantined(DomainError):
    """One unit of this job took its worker down three times; it is not tried again by itself."""

    code = "quarantined"
    hint = "Look at the worker's log for the unit, then `POST /api/jobs/{id}/retry`."


class DeadlineExceeded(DomainError):
    """The job didn't finish before its deadline."""

    code = "deadline_exceeded"
    hint = "Retry it on a machine with less to do, or raise JOB_DEADLINE_SECONDS."


class Rejected(DomainError):
    """Whoever was asked for approval has rejected it."""

    code = "rejected"
    hint = "`POST /api/jobs/{id}/retry` brings it back to where it waited for approval."


class VoiceNotDownloaded(DomainError):
    """A voice couldn't be fetched from where voices are offered."""

    code = "voice_not_downloaded"


class NarrationFailed(DomainError):
    """The voice produced no usable sound for a sentence."""

    code = "narration_failed"


class RenderFailed(DomainError):
    """ffmpeg refused the work."""

    code = "render_failed"
    hint = "`faceless doctor` checks ffmpeg's filters and fonts."


class RenderInterrupted(DomainError):
    """ffmpeg was ended from outside."""

    code = "render_interrupted"
    transient = True


class MadeByNewer(DomainError):
    """This was made by a newer faceless."""

    code = "made_by_newer"
    hint = "Install the newer faceless again: an older one can't know what is in there."
    #: While a fleet is being brought up to date, the next worker may be one that knows it.
    transient = True


class DocumentUnreadable(DomainError):
    """A document isn't what it should be."""

    code = "document_unreadable"
    hint = "It was changed from outside, or is damaged: restore it from a backup."


class FontMissing(DomainError):
    """A font that the video needs isn't in the font folder."""

    code = "font_missing"
    hint = "Reinstall faceless, or delete the font folder under DATA_DIR so that it's made anew."


class StorageFull(DomainError):
    """No space is left where artifacts are kept."""

    code = "storage_full"
    hint = "Free some space, or move DATA_DIR to a larger disk; the work then goes on by itself."
    transient = True


class ServiceUnavailable(DomainError):
    """A service that this server depends on doesn't answer.

    The detail ``service`` names one of the server's own (database, mongodb, redis, s3): work
    waits until it's back, however many attempts that takes.
    """

    code = "service_unavailable"
    transient = True


class ProvidersExhausted(DomainError):
    """No provider can do this at the moment.

    The detail ``attempts`` tells who was asked and how each failed; ``retry_after_seconds``, when
    it's worth trying again.
    """

    code = "providers_exhausted"
    transient = True


class NoProviderLeft(DomainError):
    """No provider can do this, and waiting won't change it.

    The detail ``attempts`` tells who was asked and how each failed.
    """

    code = "no_provider_left"
    hint = "`GET /api/capabilities` tells which providers are set, and what each of them lacks."


class CostCapReached(DomainError):
    """This call would cost more than may be spent."""

    code = "cost_cap_reached"
    hint = (
        "`POST /api/jobs/{id}/retry` with a higher `max_cost` goes on with a job that failed so "
        "(what was paid already isn't paid again). If it's the cap of the month, have "
        "MONTHLY_COST_CAP of the server raised first."
    )


class CallUnderWay(DomainError):
    """Another worker makes the same paid call just now."""

    code = "call_under_way"
    transient = True


class UpkeepUnderWay(DomainError):
    """Upkeep of this installation (gc, backup, restore, move) is under way elsewhere."""

    code = "upkeep_under_way"
    transient = True


class BackupUnusable(DomainError):
    """This folder holds no whole backup."""

    code = "backup_unusable"


class InstallationNotEmpty(DomainError):
    """There are jobs, videos or presets here already, and they would mix with others."""

    code = "installation_not_empty"
    hint = "Take an empty database and another DATA_DIR (`faceless doctor` names those in use)."


class SettingsInvalid(DomainError):
    """One or more environment variables are wrong."""

    code = "settings_invalid"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems), hint="Mend them in the environment or in .env.")
