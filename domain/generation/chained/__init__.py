"""Ports that are served by chains of providers, each behind the port itself.

writer     a brief goes to the first writer that can make something of it
narrator   everybody's voices; a voice is spoken by its own provider only
visuals    everybody's clips and stills; one is fetched where it was found
"""

from domain.generation.chained.narrator import ChainedNarrator
from domain.generation.chained.visuals import ChainedVisuals
from domain.generation.chained.writer import ChainedWriter

__all__ = ["ChainedNarrator", "ChainedVisuals", "ChainedWriter"]
