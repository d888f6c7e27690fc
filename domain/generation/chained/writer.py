"""Writers in order: words of the caller's own are kept, everything else is asked for."""

import msgspec

from domain.errors import (
    DomainError,
    InvalidRequest,
    LanguageUnsupported,
    NoProviderLeft,
    TopicNotFound,
)
from domain.generation.brief import Brief
from domain.generation.ports import ScriptWriter
from domain.generation.script import ProductionWarning, Script, TopicMatch
from domain.providers.chain import Chain, ProviderAttempt
from domain.providers.errand import UNPAID, Errand
from domain.providers.failures import ProviderFailed, Verdict

OWN_WORDS = frozenset({"script", "scenes"})
"""sources that are kept word for word, whoever else could write"""

NOT_FOR_ME = (LanguageUnsupported, TopicNotFound, InvalidRequest)
"""what a writer says to a brief that another may well make something of"""


class ChainedWriter:
    """Implements ``ScriptWriter`` over several of them.

    Args:
        plain: keeps scripts and scenes word for word; never a provider.
        chain: for topics and for sources that are to be read.
    """

    def __init__(self, plain: ScriptWriter, chain: Chain[ScriptWriter]) -> None:
        self._plain = plain
        self._chain = chain

    @property
    def identity(self) -> str:
        """Changes with every writer that may be asked, and with their order."""
        writers = self._chain.providers.values()
        return ";".join([self._plain.identity, *(writer.identity for writer in writers)])

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        """What a topic means to the first writer who knows it.

        Raises:
            TopicNotFound, LanguageUnsupported: as the last of them says.
        """
        last: DomainError = TopicNotFound(topic, [])
        for writer in self._chain.providers.values():
            try:
                return writer.match_topic(topic, language)
            except (TopicNotFound, LanguageUnsupported, ProviderFailed) as error:
                last = error
        raise last

    async def write(
        self, brief: Brief, seed: int, words_per_minute: float, errand: Errand = UNPAID
    ) -> Script:
        """Have the script written by the first writer that can.

        Raises:
            TopicNotFound, LanguageUnsupported, InvalidRequest: as the last writer says, when all
            of them were asked and none had trouble of its own.
            ProvidersExhausted, NoProviderLeft, CostCapReached: no writer could.
        """
        if brief.source_kind in OWN_WORDS:
            return await self._plain.write(brief, seed, words_per_minute, errand)
        refused: dict[str, DomainError] = {}

        async def write(writer: ScriptWriter) -> Script:
            try:
                return await writer.write(brief, seed, words_per_minute, errand)
            except NOT_FOR_ME as error:
                refused[writer.identity] = error
                raise ProviderFailed(error.message, Verdict.NEXT) from error

        try:
            taken = await self._chain.ask(write, note=errand.note)
        except NoProviderLeft:
            if refused and len(refused) == len(self._chain.providers):
                raise list(refused.values())[-1] from None
            raise
        not_its_kind = {error.message for error in refused.values()}
        failed = [
            attempt
            for attempt in taken.attempts
            if attempt.provider != taken.link.provider and attempt.reason not in not_its_kind
        ]
        if not failed:
            return taken.value
        told = _another_wrote(failed[-1], taken.link.provider)
        return msgspec.structs.replace(taken.value, warnings=[*taken.value.warnings, told])


def _another_wrote(failed: ProviderAttempt, writer: str) -> ProductionWarning:
    return ProductionWarning(
        code="writer_changed",
        message=f"The script is by {writer}: {failed.provider} failed. {failed.reason}",
        hint="With `pause_after: script` a script can be looked at before it's spoken; the same "
        "request again asks all writers anew.",
    )
