"""Closed word classes of English, as far as the planner needs them to read a clause.

No part-of-speech tagger stands behind the planner. These classes are small and don't grow, so
lists are enough to find where phrases begin and end; open classes (nouns, verbs) are told by
position and ending, and everything that is shown is a run of the sentence's own words.
"""

DETERMINERS = frozenset(
    """
    a an the this that these those its his her their our my your some any each every either
    another such both all
    """.split()
)
MODALS = frozenset(
    """
    can could may might must shall should will would did do does
    """.split()
)
PREPOSITIONS = frozenset(
    """
    alongside amid amongst atop versus about above across including after against along among
    around as at before behind below beneath beside between beyond by despite down during except
    for from in inside into like near of off on onto out outside over past per since through
    throughout to toward towards under until up upon via with within without
    """.split()
)
PRONOUNS = frozenset(
    """
    i you he she it we they me him us them who whom whose which what itself himself herself
    themselves one ones someone something everything everyone anything nothing there here mine
    yours hers ours theirs it's that's there's they're he's she's we're you're
    """.split()
)
SUBJECT_PRONOUNS = frozenset(
    """
    i you he she it we they there this that these those
    """.split()
)
AUXILIARIES = frozenset(
    """
    is are was were be been being am has have had having do does did can could may might must
    shall should will would
    """.split()
)
NEGATIONS = frozenset(
    """
    not no never cannot can't isn't aren't wasn't weren't don't doesn't didn't hasn't haven't
    hadn't won't wouldn't couldn't shouldn't without neither nor none hardly rarely seldom
    barely unlike few little nothing nobody
    """.split()
)
COORDINATORS = frozenset(
    """
    and or but nor yet
    """.split()
)
SUBORDINATORS = frozenset(
    """
    because although though while whereas when where which who whom whose that if unless since
    until after before as so then once whenever wherever than
    """.split()
)
CLAUSE_OPENERS = frozenset(
    """
    because although though while whereas when where which who whom whose that if unless so then
    once whenever wherever than but yet
    """.split()
)
"""words before which a clause may be cut from the one before it, comma or not"""
WEAK_ADVERBS = frozenset(
    """
    also very often usually generally commonly mostly sometimes really quite rather just even
    still already however therefore thus moreover furthermore instead indeed perhaps too so
    typically normally simply actually again almost nearly about approximately roughly around
    today now then only away back together apart far further more most less least well much many
    several various certain other mainly primarily largely particularly especially currently
    originally
    """.split()
)
GENERIC_NOUNS = frozenset(
    """
    example examples number kind kinds type types sort sorts part parts thing things way ways
    form forms group groups term terms name names case cases fact set list use uses lot
    """.split()
)
SAYS_LITTLE = frozenset(
    """
    why how due such called known considered regarded described thought believed found located
    used named referred able result results resulting according based enabling allowing making
    causing etc see seen get gets got come comes came different similar important main fact like
    etcetera ago yet else same own make makes made give gives given gave enable enables allow
    allows become becomes became take takes took taken put puts has include includes included
    """.split()
)
"""content words that show nothing by themselves"""
QUALIFIERS = frozenset(
    """
    about around approximately roughly nearly almost over under more less fewer up at
    """.split()
)
"""words that bound a figure, and must not be lost beside it"""
NAME_JOINERS = frozenset(
    """
    of the da de del di du la le van von
    """.split()
)
EXTENTS = frozenset(
    """
    away down apart deep
    """.split()
)
"""adverbs that belong to a measure: "4,800 km away" """
TRAILS_OFF = frozenset(
    """
    best widely known called located found used based born made caused composed arranged attached
    formed built situated surrounded
    """.split()
)
"""words that begin a shortened relative clause after a noun"""
UNIT_SYMBOLS = frozenset(
    """
    K km kg g m cm mm °C °F C F mph km/h m/s W kW MW GW TWh V kV Hz kHz MHz GHz ha km² km2 m² lb
    ft mi in
    """.split()
)
DROPPABLE = frozenset(
    """
    also however therefore moreover furthermore indeed
    """.split()
)
"""adverbs that a claim loses nothing by; hedges ("usually", "nearly") are not among them"""
INSERTION_OPENERS = frozenset(
    """
    including which who whose where when with like such in at by from for on under as known
    called or born also especially particularly typically usually
    """.split()
)
"""words by which a part between two commas or dashes may be left out of a claim"""
PLURALS = frozenset("people men women children mice geese teeth feet".split())
"""plural nouns that don't end in -s"""
NOUNS_OR_VERBS = frozenset(
    """
    forms form uses use states stars plays works work names ranges range studies shapes features
    focuses ends causes cause changes change turns turn falls fall rises rise shows show sets
    set lies beats beat tastes taste feeds feed stores store spreads helps stops stop travels
    travel kills breaks burns melt moves live lives leaves leave drinks orbits orbit covers
    cover
    """.split()
)
"""told apart by what follows: a determiner or a figure makes them verbs"""
_MORE_VERBS = frozenset(
    """
    lie form facilitates forwards swims lives
    sank swam drove bore chose drew fought hid sang shook slept stole struck swept taught threw
    woke wore heard paid sold bought caught felt burnt hung fled reigned existed agrees
    brought caused produced changed contained covered created described designed developed
    discovered
    ended formed included invented named painted published released ruled turned used affects
    allows applies arises belongs blends brings combines connects controls converts covers
    creates deals defeats defines depends depicts describes destroys develops dies discovers
    divides drives earns emerges enables enters exists extends faces fills finds flows follows
    gains governs happens increases inhabits introduces invents involves joins lacks launches
    looks loses measures meets needs occupies offers operates originates owns predicts prevents
    protects provides publishes ranks receives reduces refers reflects regulates relates relies
    replaces represents requires resembles rules separates serves shares spans starts stretches
    suggests supplies supports tends thrives transforms transports traps varies walks wants
    eaten comprises comprise comprised encompasses encompass
    """.split()
)
_VERBS = frozenset(
    """
    made make makes became become becomes began begin begins came come comes went go goes gave
    give gives got get gets grew grow grows held hold holds kept keep keeps knew know known led
    lead leads left leave leaves lies lay lived live lives lost lose loses means mean met moved
    move moves needs need ran run runs said say says saw see sees seen sent send sets shows show
    shown sits sat spent spend stands stood takes take took taken tells tell told thinks think
    thought turns turn uses wins win won writes write wrote written works work eats eat ate
    feeds feed lays flies fly flew swims swim spends weighs weigh contains contain covers cover
    consists consist includes include produces produce causes cause forms belongs belong ranges
    range orbits orbit burns burn falls fall fell rises rise rose breaks break broke lasts last
    kills kill helps help allows allow finds find found built build builds reaches reach stays
    stay acts act carries carry changes appears appear remains remain happens happen occurs
    occur releases release stores store absorbs absorb travels travel hunts hunt hides hide
    squirts squirt taste tastes sleeps sleep drinks drink spreads spread sinks sink melts melt
    pumps pump beats beat stops stop
    """.split()
)
COMMON_VERBS = _VERBS | _MORE_VERBS
PHRASE_STARTERS = DETERMINERS | PREPOSITIONS | COORDINATORS | SUBORDINATORS
"""a caption line or a shot may well begin with one of these, and must not end with one"""
FUNCTION_WORDS = (
    DETERMINERS | PREPOSITIONS | PRONOUNS | AUXILIARIES | COORDINATORS | SUBORDINATORS
) | WEAK_ADVERBS

MONTHS = frozenset(
    """
    january february march april may june july august september october november december
    """.split()
)
NUMBER_WORDS: dict[str, int] = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
"""spelled figures that may be counted up; "one" is nearly always a pronoun"""
MULTIPLIERS: dict[str, float] = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
UNITS = frozenset(
    """
    percent percentage degrees degree celsius fahrenheit kelvin km kilometre kilometres
    kilometer kilometers kilometres-per-hour m metre metres meter meters cm centimetre
    centimetres centimeters mm millimetres millimeters mile miles mi foot feet ft inch inches
    yards kg kilogram kilograms kilogrammes g gram grams tonne tonnes ton tons pound pounds lb
    litre litres liter liters gallons hour hours minute minutes second seconds day days week
    weeks month months year years decade decades century centuries km² mph km/h people
    inhabitants residents species times volts watts hectares acres calories dollars euros pixels
    bytes light-years teeth bones hearts arms legs eggs countries islands languages
    """.split()
)
