"""Adds the use cases of upkeep to the container; only their commands need them."""

from dishka import Provider, Scope, provide

from adapters.postgres import SqlHolds, SqlUpkeep
from app.upkeep.backup import Backups
from app.upkeep.gc import GarbageCollector
from app.upkeep.moving import Mover


class UpkeepProvider(Provider):
    """What the commands of upkeep are made of."""

    scope = Scope.APP
    rows = provide(SqlUpkeep)
    holds = provide(SqlHolds)
    collector = provide(GarbageCollector)
    backups = provide(Backups)
    mover = provide(Mover)
