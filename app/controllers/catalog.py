"""``/api/voices`` and ``/api/palettes``: what a request can choose from."""

import asyncio

from dishka import FromDishka
from litestar import Controller, get

from app.authentication import needs
from app.controllers.bodies import PaletteList, VoiceList
from domain.access import Scope
from domain.generation.palettes import PALETTES
from domain.generation.ports import Narrator


class CatalogController(Controller):
    """What this installation offers."""

    path = "/api"
    tags = ("Catalog",)

    @get(
        "/voices",
        summary="List voices",
        description="The default first.",
        **needs(Scope.JOBS_READ),
    )
    async def voices(self, narrator: FromDishka[Narrator]) -> VoiceList:
        return VoiceList(await asyncio.to_thread(narrator.voices))  # the first time reads files

    @get(
        "/palettes",
        summary="List palettes",
        description="For `brand.palette`.",
        **needs(Scope.JOBS_READ),
    )
    async def palettes(self) -> PaletteList:
        return PaletteList(list(PALETTES.values()))
