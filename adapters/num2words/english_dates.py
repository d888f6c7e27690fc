"""Rules for English dates and times: days, hours, years, decades."""

import re

from adapters.num2words import figures
from adapters.num2words.lexicon import ERAS, MONTHS, NUMBERED, UNITS
from adapters.num2words.places import Place

_DECADE = re.compile(r"'?(?P<year>\d0|\d{3}0)'?s")
_CLOCK = re.compile(
    r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"(?P<half>[aApP]\.?[mM])?"
)
_HALF_OF_DAY = re.compile(r"[aApP]\.?[mM]\.?")
_RATIO = re.compile(r"(?P<left>\d+):(?P<right>\d+)")
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_MONTH_NAMES = (
    "January February March April May June July August September October November December"
).split()
_LAST_DAY = 31
_PEOPLE = frozenset("people men women children fish sheep percent million billion".split())
_NOT_PLURALS = frozenset(
    "was is has his this its as across does goes thus versus plus us yes towards besides".split()
)
_YEAR_COMES_AFTER = frozenset(
    "in since by until till before after around circa during year from of early late mid "
    "spring summer autumn fall winter to between and c. ca. born died".split()
)
_LONGEST_YEAR = 4
_DAYS = re.compile(r"(?P<left>[1-3]?[0-9])[-–](?P<right>[1-3]?[0-9])")
_DAY = re.compile(r"[0-9]{1,2}")


def calendar(place: Place) -> str | None:
    """Days beside a month's name, and dates written in figures alone."""
    iso = _ISO_DATE.fullmatch(place.core)
    if iso and 1 <= int(iso["month"]) <= len(_MONTH_NAMES) and 1 <= int(iso["day"]) <= _LAST_DAY:
        month, day = _MONTH_NAMES[int(iso["month"]) - 1], figures.ordinal(int(iso["day"]))
        return f"{month} {day}, {figures.year(int(iso['year']))}"
    days = _DAYS.fullmatch(place.core)
    if days and _is_month(place.before):
        return f"{figures.ordinal(int(days['left']))} to {figures.ordinal(int(days['right']))}"
    if not _DAY.fullmatch(place.core) or not 1 <= int(place.core) <= _LAST_DAY:
        return None
    day = figures.ordinal(int(place.core))
    if _is_month(place.before):
        return day
    if _is_month(place.after):
        return f"{day} of" if place.before.lower() == "the" else f"the {day} of"
    return None


def clock(place: Place) -> str | None:
    """ "10:30", "9:05", "14:00", "1:02:03", and ratios such as "16:9"."""
    match = _CLOCK.fullmatch(place.core)
    if not match:
        ratio = _RATIO.fullmatch(place.core)
        if not ratio:
            return None
        return f"{figures.cardinal(ratio['left'])} to {figures.cardinal(ratio['right'])}"
    parts = [figures.cardinal(str(int(match["hour"])))]
    half = match["half"] or (place.after if _HALF_OF_DAY.fullmatch(place.after) else "")
    if match["minute"] == "00" and not match["second"]:
        parts += [] if half else ["o'clock"]
    else:
        minutes = [part for part in (match["minute"], match["second"]) if part]
        parts += [
            f"oh {figures.cardinal(part[1])}" if part[0] == "0" else figures.cardinal(part)
            for part in minutes
        ]
    if match["half"]:
        parts.append(f"{match['half'][0].upper()} M")
    return " ".join(parts)


def decade(place: Place) -> str | None:
    """ "1990s", "'90s", "20s"."""
    match = _DECADE.fullmatch(place.core)
    if not match or match["year"] in ("00", "0000"):
        return None
    return figures.decade(int(match["year"]))


def year(place: Place) -> str | None:
    """A number that is rather a year than an amount: "in 1916", "44 BC", "AD 79"."""
    if not place.core.isdecimal() or len(place.core) > _LONGEST_YEAR:
        return None
    if place.after in ERAS or place.before in ERAS:
        return figures.year(int(place.core))
    value = figures.year_value(place.core)
    if value is None or place.before.lower() in NUMBERED or place.after in UNITS:
        return None
    if place.before.lower() in _YEAR_COMES_AFTER or place.before in MONTHS:
        return figures.year(value)
    counts = place.after in _PEOPLE or (
        place.after.islower()
        and place.after.endswith("s")
        and not place.after.endswith(("ss", "us", "is"))
        and place.after not in _NOT_PLURALS
    )
    return None if counts else figures.year(value)


def _is_month(word: str) -> bool:
    return word in MONTHS or f"{word}." in MONTHS
