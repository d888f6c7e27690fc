"""Tags: what somebody would search for who wants to see this video.

Names whole, nouns alone or with what describes them; nothing twice in another inflection, and
nothing that would fit any video.
"""

from collections.abc import Iterable, Sequence

import msgspec

from domain.generation.hashtags import is_ending_of
from domain.generation.mentions import mentions_in
from domain.generation.mentions_elsewhere import Mention
from domain.generation.script import Scene

NAME_SCORE = 1.6
"""a name against a noun"""
PAIR_SCORE = 1.2
"""a noun with what describes it, against the noun alone"""
ABOUT_SCORE = 2.5
"""what the description of the subject says, against what only the text says"""
REPEATED = 2
"""a pair that stands only once in a text is chance, unless it has to do with the subject"""
ENOUGH = 5
"""tags; beyond them no noun counts that is said only once"""
FULL_WEIGHT_CHARS = 9
MIN_ROOT_CHARS = 5
SAME_ROOT = 0.8
"""of the longer word's letters, when the shorter begins alike: "cephalopods", "Cephalopoda" """

_TOO_GENERAL = frozenset(
    # what names so much that nobody finds anything by it, and adjectives that look like nouns
    """
    accounts accuracy activity advantage amount amounts applications aspect aspects author backward
    backwards base basis beginning bitter bodies body branch building cause change characteristics
    cities city class column condition conditions content contribution country date day decade
    decades decline design development diameter difference distance division duration effect effects
    element elements ends event events evidence existence extent feature features field figure
    figures forward forwards foundations function functions future goal ground hand head height help
    history hour hours idea ideas influence inhabitants instances instructions item items kilometers
    kilometres knowledge land layer life list lives loss majority material materials meaning method
    methods mile miles model moment movement nature need objective organization past period person
    piece pieces place population portion position power practice presence present private problem
    product production products proper properties property protection public purpose purposes
    quality range reason reasons referring region regions relation relationship remains research
    researches resources result results return role rule rules scale scope section sections series
    service services shape shows society source space species speed speeds square stage state states
    status structure structures style styles subject substitutes success support surface task
    technique techniques technologies term thickness tool topic total tradition travel treatment
    underwater unit units user users value values variation variations version versions volume whole
    width work works world zone
    """.split()
)


def tags_for(
    scenes: Iterable[Scene],
    limit: int,
    *,
    led: Iterable[str] = (),
    about: str = "",
    language: str = "en",
) -> list[str]:
    """At most ``limit`` tags for what ``scenes`` say: those of ``led`` first, as they are, then
    by how telling they are; the same for the same text.

    Args:
        about: what the video's subject is, in a few words; in the language of the scenes.
    """
    tags = [tag for tag in led if tag]
    sentences = [sentence.text for scene in scenes for sentence in scene.sentences]
    said = [mention for mention in mentions_in(sentences, language) if _tells(mention)]
    told = [mention for mention in mentions_in([about], language) if _tells(mention)]
    for candidate in _by_score(said, told, " ".join(tags)):
        most = limit if candidate.is_sure else min(limit, ENOUGH)
        if len(tags) < most and not any(is_part_of(candidate.text, tag) for tag in tags):
            tags.append(candidate.text)
    return tags[:limit]


def names_of(topic: str, name: str) -> list[str]:
    """What a video about ``name`` is tagged by first: the name, and its end where that is what
    was asked for ("Mozart" of "Wolfgang Amadeus Mozart")."""
    asked = " ".join(topic.split())
    if not is_ending_of(asked, name):
        return [name]
    short = name.split()[-len(asked.split()) :]
    return [name, " ".join(short)]


def is_part_of(tag: str, other: str) -> bool:
    """Whether every word of a tag stands in another one, in whatever inflection."""
    words = [_singular(word) for word in other.casefold().split()]
    return all(
        any(_are_alike(_singular(word), one) for one in words) for word in tag.casefold().split()
    )


def _tells(mention: Mention) -> bool:
    last = mention.text.casefold().split()[-1]
    return mention.is_name or last not in _TOO_GENERAL


class _Candidate(msgspec.Struct, frozen=True):
    text: str
    score: float
    is_sure: bool
    """a name, said more than once, or in the description"""


def _by_score(said: Sequence[Mention], told: Sequence[Mention], led: str) -> list[_Candidate]:
    forms: dict[str, list[Mention]] = {}
    for mention in (*told, *said):
        forms.setdefault(_key(mention), []).append(mention)
    known = {_key(mention) for mention in told}
    candidates = []
    for key, found in forms.items():
        kind, times = found[0], len(found)
        is_pair = kind.words > 1 and not kind.is_name
        is_sure = kind.is_name or times >= REPEATED or key in known
        if is_pair:
            describing, noun = key.split()
            if key in known or (led and is_part_of(describing, led)):
                times = len(forms.get(noun, found))  # the noun alone is short for it
            elif not is_sure:
                continue
        telling = 1 + min(len(kind.text), FULL_WEIGHT_CHARS) / FULL_WEIGHT_CHARS
        score = times * telling * (ABOUT_SCORE if key in known else 1)
        score *= NAME_SCORE if kind.is_name else PAIR_SCORE if is_pair else 1
        candidates.append(_Candidate(kind.text, score, is_sure))
    # stable: of equals the one that comes first goes first
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _key(mention: Mention) -> str:
    return " ".join(_singular(word) for word in mention.text.casefold().split())


def _are_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    shared = 0
    while shared < len(shorter) and shorter[shared] == longer[shared]:
        shared += 1
    return shared >= MIN_ROOT_CHARS and shared >= SAME_ROOT * len(longer)


def _singular(word: str) -> str:
    """A word without the ending of an English plural, which many languages share in part.

    Of "houses" and "buses" nobody sees which lost an e: "house" and "movie" lose theirs, too.
    """
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ie") and len(word) >= MIN_ROOT_CHARS:
        return word[:-2] + "y"
    if word.endswith(("che", "she", "sse", "xe", "ze", "use", "oe")):
        return word[:-1]
    return word
