"""Which track plays under a video."""

import hashlib
from collections.abc import Sequence
from operator import attrgetter

from domain.errors import MusicNotFound
from domain.generation.ports import Track

ANY_MOOD = "any"
NO_MUSIC = "none"


def pick_track(tracks: Sequence[Track], mood: str, seed: int) -> Track | None:
    """Pick a track by seed: among all when ``mood`` is "any", none when it is "none".

    The same tracks, in whatever order, mood and seed give the same track. An empty library
    gives no music to "any".

    Raises:
        MusicNotFound: a mood was named and no track is in it.
    """
    if mood == NO_MUSIC:
        return None
    fitting = [track for track in tracks if mood in (ANY_MOOD, track.mood)]
    if fitting:
        fitting.sort(key=attrgetter("id"))
        # A hash of the mood too: two moods of one seed shouldn't both be "the third track".
        draw = hashlib.sha256(f"music {mood} {seed}".encode()).digest()
        return fitting[int.from_bytes(draw) % len(fitting)]
    if mood == ANY_MOOD:
        return None
    moods = ", ".join(sorted({track.mood for track in tracks})) or "none at all"
    raise MusicNotFound(
        f"There is no music in the mood {mood!r}.",
        hint=f"Moods here: {moods}.",
        pointer="/music/mood",
    )
