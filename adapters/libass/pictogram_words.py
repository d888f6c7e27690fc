"""Which words may bring a pictogram. A wrong picture is worse than none."""

EMOJI_RANGES = (
    (0x1F30B, 0x1F30F),  # volcano, milky way, globes
    (0x1F32D, 0x1F393),  # food, plants, celebrations
    (0x1F3D4, 0x1F3DF),  # places
    (0x1F3F0, 0x1F3F0),  # castle
    (0x1F400, 0x1F43F),  # animals
    (0x1F52D, 0x1F52E),
    (0x1F680, 0x1F6A4),  # vehicles
    (0x1F6EB, 0x1F6FC),
    (0x1F950, 0x1F96F),  # food
    (0x1F980, 0x1F9AE),  # animals
    (0x1F9C0, 0x1F9CB),
    (0x1F9E0, 0x1F9EF),
    (0x1FA90, 0x1FAA8),
    (0x1FAB0, 0x1FAC0),
    (0x1FACE, 0x1FACF),
    (0x1FAD0, 0x1FADB),
)
"""Emoji that show things, plants and animals; no faces, hands, people, flags or signs."""

QUALIFIERS = frozenset(
    """
    solid alt simple regular classic line with and of face america european dromedary
    """.split()
)
"""Words in a pictogram's name that a text needn't say."""

AMBIGUOUS = frozenset(
    """
    a address anchor angle apple arm at back badge ball band bank bar base bass bat battery bed
    bell block board bold bolt book border bow bowl box branch bridge bug bullet button can cap
    capital card cell center chain chair change character chart check chip circle clip close club
    code column comment copy court cow crane cross crown cut date diamond display down draw drum
    eject ear eye face fall fan feed file fill film filter fire first flag flash flask fly folder
    football rose bear duck swallow
    saw hammer squash whistle church beaver
    font forward frame front fun game gas gift glass grip group hand head heading hold horn house
    image inbox indent info iron item jar joint key kite kiwi landmark language layer lead leaf
    left letter level lift light like link list location lock log mark marker mask match meteor
    minus mobile model money mouse music nail note notch object one option out page paper park
    party pause paw peach pen phone pin pitcher place plane plant plate play plug plus point
    pool power print puzzle question quote rank receipt record register remove repeat reply
    right ring road rock rocket rotate rule ruler save scale school scroll seal search section
    server shape share sheet shell shield ship shop shower shuffle sign signal sink skip slash
    sleet sort sound spider spoon spray spring square stack stamp star step stop store strike
    swatch switch table tag tank tape target temple tent term text thumb ticket timeline toggle
    tool track trade train transfer tree trunk turkey type umbrella up user vault vector video
    view volume wall wand wave weight wheel window work world worm wrench x y z zero
    two three four five six seven eight nine ten hundred chicken dolly gun hat bone turn down
    person man woman child baby people public national great small big large high low new old
    red blue green black white yellow orange brown pink purple rice fish bird dog pig rat ram
    ox tiger date egg bean corn nut bread pot pan fork cup can bottle meat cut
    """.split()
)
"""Words that name one thing in a text and another in a picture, or too little of anything."""


PEOPLE = frozenset({"face", "hand", "hands", "person", "people", "user", "users", "child"})
"""First words of Font Awesome names that show people, whatever follows"""

SHORT_WORD = 3
"""Words so short are left alone: gas, bus"""


def singular(word: str) -> str:
    """The singular of an English noun, near enough to compare two words."""
    if len(word) <= SHORT_WORD:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if word.endswith("puses"):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
