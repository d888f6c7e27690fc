"""The use cases of presets: keep one, look, remove one, make a request with one."""

import difflib
from collections.abc import Mapping
from typing import Any

import msgspec

from domain.errors import FieldError, InvalidRequest, PresetNotFound, PresetUnknown
from domain.generation.brief import Brief
from domain.generation.fingerprint import canonical, content_hash
from domain.generation.intake import Intake
from domain.presets.model import Preset, check_partial, is_name, leads_somewhere
from domain.presets.ports import PresetStore

MAX_PRESETS = 200
"""of an account: so many are listed on one page"""

LONGEST_SHOWN = 64
"""characters of what isn't a name: no name has more"""

MAX_PRESET_BYTES = 65_536
"""of its fields as JSON"""


class Presets:
    """Keeps named partial requests."""

    def __init__(self, store: PresetStore, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    async def save(
        self,
        account_id: str,
        name: str,
        given: Mapping[str, Any],
        *,
        expected: str | None = None,
    ) -> tuple[Preset, bool]:
        """Keep the fields ``given``, each of which has the right type, under ``name``.

        Answers the preset, and whether there was none of this name. ``expected`` is the digest
        of the one that is to be replaced ("*": any).

        Raises:
            InvalidRequest: the name is none, fields contradict each other, or name what this
                installation hasn't; carries them all.
            PresetChanged: another one is there than was expected.
            TooManyPresets
        """
        errors = [] if is_name(name) else [_no_name()]
        brief = msgspec.convert(given, Brief, str_keys=True)
        errors += check_partial(given, brief)
        media = {
            f"/scenes/{number}/media": scene.media
            for number, scene in enumerate(brief.scenes or [])
            if scene.media is not None
        }
        # what a default can't do here is no fault of the preset's
        unknown, suggestions = await self._intake.find_unknown(brief, media)
        errors += [error for error in unknown if leads_somewhere(error.pointer, given)]
        fields = canonical(given)
        if len(fields) > MAX_PRESET_BYTES:
            errors.append(
                FieldError(
                    "",
                    f"has {len(fields):,} bytes; a preset has at most {MAX_PRESET_BYTES:,}",
                    "too_long",
                    "Send long texts with the request.",
                )
            )
        if errors:
            raise InvalidRequest(errors, suggestions=suggestions)
        return await self._store.put(
            account_id, name, given, content_hash(fields), expected=expected, most=MAX_PRESETS
        )

    async def get(self, account_id: str, name: str) -> Preset:
        """One preset. Raises PresetNotFound."""
        if not is_name(name):  # nor anything that a database could be asked for
            raise PresetNotFound(f"There is no preset {name!r}.")
        return await self._store.get(account_id, name)

    async def listing(self, account_id: str) -> list[Preset]:
        """All presets of an account, by name."""
        return await self._store.listing(account_id)

    async def remove(self, account_id: str, name: str) -> None:
        """Forget a preset; what was made with it stays as it is. Raises PresetNotFound."""
        if not is_name(name):
            raise PresetNotFound(f"There is no preset {name!r}.")
        await self._store.remove(account_id, name)

    async def named_by_request(self, account_id: str, name: str) -> Preset:
        """The preset that a request names.

        Raises:
            PresetUnknown: there's none; says which there are.
        """
        try:
            return await self.get(account_id, name)
        except PresetNotFound as error:
            names = [preset.name for preset in await self._store.listing(account_id)]
            shown = name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}..."
            near = difflib.get_close_matches(shown, names, n=1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            hint += (
                f"There is {', '.join(names)}."
                if names
                else "There is none yet: `PUT /api/presets/{name}` makes one."
            )
            raise PresetUnknown(
                f"There is no preset {shown!r}.", hint=hint, pointer="/preset"
            ) from error


def _no_name() -> FieldError:
    return FieldError(
        "/name",
        "must be 1 to 64 characters of a to z, 0 to 9 and -, not beginning with -",
        "invalid",
        "Name it like `brand-shorts`.",
    )
