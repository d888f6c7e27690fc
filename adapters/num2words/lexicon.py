"""What English readers know by heart: tables of abbreviations, units, symbols, and letters.

Keys are as they stand in text, values as they are spoken. Rules live elsewhere.
"""

ABBREVIATIONS: dict[str, str] = {
    "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor",
    "Rev.": "Reverend", "Gen.": "General", "Col.": "Colonel", "Capt.": "Captain",
    "Lt.": "Lieutenant", "Sgt.": "Sergeant", "Gov.": "Governor", "Sen.": "Senator",
    "Rep.": "Representative", "Pres.": "President", "Hon.": "Honorable", "Jr.": "Junior",
    "Sr.": "Senior", "Jr": "Junior", "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus",
    "Ms": "Miz", "Prof": "Professor",
    "e.g.": "for example", "eg.": "for example", "i.e.": "that is", "ie.": "that is",
    "etc.": "et cetera", "etc": "et cetera", "vs.": "versus", "vs": "versus", "v.": "versus",
    "cf.": "compare", "ca.": "circa", "approx.": "approximately", "incl.": "including",
    "et al.": "and others", "al.": "others", "viz.": "namely", "esp.": "especially",
    "Inc.": "Incorporated", "Ltd.": "Limited", "Co.": "Company", "Corp.": "Corporation",
    "Bros.": "Brothers", "Dept.": "Department", "Univ.": "University", "Assn.": "Association",
    "Mt.": "Mount", "Ft.": "Fort", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road",
    "a.m.": "A M", "p.m.": "P M", "a.m": "A M", "p.m": "P M", "am.": "A M", "pm.": "P M",
    "Ph.D.": "P H D", "PhD": "P H D", "B.C.": "B C", "A.D.": "A D", "B.C.E.": "B C E",
    "C.E.": "C E", "w/": "with", "w/o": "without", "b/c": "because",
    "Jan.": "January", "Feb.": "February", "Mar.": "March", "Apr.": "April", "Jun.": "June",
    "Jul.": "July", "Aug.": "August", "Sep.": "September", "Sept.": "September",
    "Oct.": "October", "Nov.": "November", "Dec.": "December",
    "Mon.": "Monday", "Tue.": "Tuesday", "Tues.": "Tuesday", "Wed.": "Wednesday",
    "Thu.": "Thursday", "Thurs.": "Thursday", "Fri.": "Friday",
}  # fmt: skip

BEFORE_FIGURES: dict[str, str] = {
    "No.": "number", "no.": "number", "Nos.": "numbers", "nos.": "numbers", "№": "number",
    "Fig.": "figure", "fig.": "figure", "Figs.": "figures", "Vol.": "volume", "vol.": "volume",
    "Ch.": "chapter", "ch.": "chapter", "Sec.": "section", "sec.": "section", "p.": "page",
    "pp.": "pages", "c.": "circa", "c": "circa", "§": "section", "§§": "sections",
    "Art.": "article", "Eq.": "equation", "Op.": "opus", "op.": "opus",
}  # fmt: skip
"""Abbreviations that mean this only in front of a figure."""

MONTHS = frozenset(
    "January February March April May June July August September October November December "
    "Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec.".split()
)

SYMBOLS: dict[str, str] = {
    "&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "~": "about",
    "≈": "about", "×": "times", "÷": "divided by", "−": "minus", "±": "plus or minus",
    "<": "less than", ">": "greater than", "≤": "at most", "≥": "at least", "≠": "is not",
    "→": "to", "⇒": "so", "↔": "to and from", "°": "degrees", "§": "section", "∞": "infinity",
    "√": "root", "∑": "sum", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen",
    "₹": "rupees", "¢": "cents", "#": "number", "№": "number", "‰": "per mille", "\\": "backslash",
    "^": "to the power of", "²": "squared", "³": "cubed", "µ": "micro", "Ω": "ohms", "∈": "in",
    "½": "one half", "¼": "one quarter", "¾": "three quarters", "/": "or",
}  # fmt: skip
"""Said when they stand alone or between words; any other symbol is not spoken."""

ERAS = {"BC": "B C", "AD": "A D", "BCE": "B C E", "CE": "C E", "B.C.": "B C", "A.D.": "A D"}

UNITS: dict[str, tuple[str, str]] = {
    unit: (one, many)
    for units, one, many in (
        ("km", "kilometer", "kilometers"), ("m", "meter", "meters"),
        ("cm", "centimeter", "centimeters"), ("mm", "millimeter", "millimeters"),
        ("µm μm", "micrometer", "micrometers"), ("nm", "nanometer", "nanometers"),
        ("km/h kph kmh", "kilometer per hour", "kilometers per hour"),
        ("m/s", "meter per second", "meters per second"),
        ("km/s", "kilometer per second", "kilometers per second"),
        ("mph", "mile per hour", "miles per hour"), ("mi", "mile", "miles"),
        ("ft", "foot", "feet"), ("yd", "yard", "yards"), ("kn", "knot", "knots"),
        ("m² m2", "square meter", "square meters"), ("m³ m3", "cubic meter", "cubic meters"),
        ("km² km2", "square kilometer", "square kilometers"),
        ("km³", "cubic kilometer", "cubic kilometers"),
        ("cm²", "square centimeter", "square centimeters"),
        ("cm³", "cubic centimeter", "cubic centimeters"),
        ("ft²", "square foot", "square feet"), ("mi²", "square mile", "square miles"),
        ("kg", "kilogram", "kilograms"), ("g", "gram", "grams"), ("mg", "milligram", "milligrams"),
        ("µg μg", "microgram", "micrograms"), ("lb lbs", "pound", "pounds"),
        ("oz", "ounce", "ounces"), ("t", "ton", "tons"),
        ("l L", "liter", "liters"), ("ml mL", "milliliter", "milliliters"),
        ("°C ℃", "degree Celsius", "degrees Celsius"),
        ("°F ℉", "degree Fahrenheit", "degrees Fahrenheit"), ("°", "degree", "degrees"),
        ("K", "kelvin", "kelvins"),
        ("s", "second", "seconds"), ("ms", "millisecond", "milliseconds"),
        ("min", "minute", "minutes"), ("h hr hrs", "hour", "hours"), ("sec", "second", "seconds"),
        ("Hz", "hertz", "hertz"), ("kHz", "kilohertz", "kilohertz"),
        ("MHz", "megahertz", "megahertz"), ("GHz", "gigahertz", "gigahertz"),
        ("W", "watt", "watts"), ("kW", "kilowatt", "kilowatts"), ("MW", "megawatt", "megawatts"),
        ("GW", "gigawatt", "gigawatts"), ("kWh", "kilowatt hour", "kilowatt hours"),
        ("V", "volt", "volts"), ("mAh", "milliamp hour", "milliamp hours"),
        ("J", "joule", "joules"), ("kJ", "kilojoule", "kilojoules"),
        ("kcal", "kilocalorie", "kilocalories"), ("cal", "calorie", "calories"),
        ("N", "newton", "newtons"), ("Pa", "pascal", "pascals"),
        ("hPa", "hectopascal", "hectopascals"), ("dB", "decibel", "decibels"),
        ("B", "byte", "bytes"), ("KB kB", "kilobyte", "kilobytes"),
        ("MB", "megabyte", "megabytes"), ("GB", "gigabyte", "gigabytes"),
        ("TB", "terabyte", "terabytes"),
        ("Mbps Mbit/s", "megabit per second", "megabits per second"),
        ("Gbps", "gigabit per second", "gigabits per second"), ("px", "pixel", "pixels"),
        ("fps", "frame per second", "frames per second"), ("rpm", "R P M", "R P M"),
        ("ha", "hectare", "hectares"), ("ly", "light-year", "light-years"),
        ("AU", "astronomical unit", "astronomical units"),
        ("ppm", "part per million", "parts per million"),
        ("% ％", "percent", "percent"), ("‰", "per mille", "per mille"),
        ("bn", "billion", "billion"), ("mn", "million", "million"),
    )
    for unit in units.split()
}  # fmt: skip
"""Units after a figure: spoken after one, and after any other number."""

UNSPACED_UNITS: dict[str, tuple[str, str]] = UNITS | {
    "k": ("thousand", "thousand"), "K": ("thousand", "thousand"), "M": ("million", "million"),
    "x": ("times", "times"), "×": ("times", "times"), "p": ("P", "P"), "+": ("plus", "plus"),
    "am": ("A M", "A M"), "pm": ("P M", "P M"), "AM": ("A M", "A M"), "PM": ("P M", "P M"),
    "a.m": ("A M", "A M"), "p.m": ("P M", "P M"), "in": ("inch", "inches"),
    '"': ("inch", "inches"), "″": ("inch", "inches"), "'": ("foot", "feet"),
    "′": ("foot", "feet"), "¢": ("cent", "cents"), "D": ("D", "D"), "G": ("G", "G"),
}  # fmt: skip
"""Units that mean this only when they stick to the figure ("10x", "500k", "5G")."""

CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("U S dollar", "U S dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "C$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₿": ("bitcoin", "bitcoins", "satoshi", "satoshis"),
}
SCALES: dict[str, str] = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million",
    "bn": "billion", "b": "billion", "B": "billion", "tn": "trillion", "T": "trillion",
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
}  # fmt: skip

SAID_AS_WORDS = frozenset(
    "NASA NATO UNESCO UNICEF OPEC AIDS LASER RADAR SONAR SCUBA SWAT OSHA FEMA FIFA UEFA ASEAN "
    "CERN ESA NOAA NAFTA MENSA INTERPOL POTUS SCOTUS COVID SARS MERS RAM ROM PIN SIM GIF JPEG "
    "IKEA LEGO YOLO HAMAS TASER CRISPR WASP DARPA JAXA".split()
)
"""Abbreviations in capitals that are spoken as words."""

SPELLED = frozenset(
    "FBI CIA DNA RNA USA USSR UK US EU UN UAE IBM CEO CFO CTO TV PC CPU GPU GPS HIV WHO IMF NBA "
    "NFL MLB NHL BBC CNN NBC ABC CBS ESPN HBO AI AR VR API URL USB IT IQ ID DIY FAQ GDP EV UFO "
    "UFC MIT UCLA NYU NYC LA DC AC IV ICU ER ISS ESG IPO ATM UV IR IUCN NSA EPA FDA CDC "
    "BMW MRI CT DVD CD MP LED LCD OLED SUV ISO IP VIP MVP SOS RSVP ASAP OK OS UI UX".split()
)
"""Abbreviations that are spelled although they could be read as words."""

ALSO_WORDS = frozenset("US IT WHO OK LA MIT AI ID AC ER LED IV IP VIP ISO".split())
"""Of those, the ones that in a text all in capitals are rather taken for words."""

NUMBERED = frozenset(
    "war part chapter book volume vol act scene phase type class stage mark mk title article "
    "section bowl grade level category episode tier appendix schedule apollo saturn rocky gemini "
    "quantum division group factor region zone unit table figure plan case season fantasy auto "
    "ariane atlas delta titan pentium symphony movement corps grand wars trek pioneer "
    "voyager".split()
)
"""Words after which a Roman numeral is a plain number; after any other name it is an ordinal."""

REGNAL = frozenset(
    "henry edward george louis charles james william richard elizabeth mary john paul pius "
    "benedict gregory innocent leo clement philip ferdinand frederick wilhelm friedrich napoleon "
    "nicholas alexander peter catherine ivan otto ptolemy ramesses ramses thutmose amenhotep "
    "darius xerxes artaxerxes cleopatra christian haakon harald olaf gustav gustavus carl karl "
    "alfonso emmanuel umberto albert leopold carlos felipe pedro afonso manuel joseph franz "
    "francis maximilian rudolf sigismund mehmed murad selim suleiman mahmud hamid constantine "
    "justinian theodosius valentinian basil michael romanos robert david malcolm kenneth stephen "
    "casimir boleslaw sixtus urban boniface celestine adrian hadrian eugene martin callixtus "
    "julius rama seti antiochus seleucus mithridates margaret anne isabella juan feodor boris "
    "vladimir yaroslav conrad lothair hugh rupert ludwig ernest francois jean henri".split()
)
"""Given names of rulers and popes: after these even a single letter is a numeral."""

NEVER_NUMERALS = frozenset({("malcolm", "X")})

EMPHATIC = frozenset(
    "A I AN AM AS AT BE BY DO GO HE IF IN IS ME MY NO OF OH ON OR SO TO UP WE ALL AND ANY ARE BAD "
    "BAN BIG BUT BUY CAN DAY DID END FAR FEW FOR FUN GET GOD GOT HAD HAS HER HIM HIS HOT HOW ITS "
    "KEY LET LOT LOW MAN MAY NEW NOR NOT NOW OFF OLD ONE OUR OUT OWN RED RUN SAY SEA SEE SET SHE "
    "SIX SUN TEN THE TOO TOP TRY TWO USE WAR WAS WAY WHY WIN WON YES YET YOU ZOO".split()
)
"""Short words that are put into capitals for emphasis; any other is taken for an abbreviation."""

GREEK: dict[str, str] = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        (
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi "
            "rho sigma tau upsilon phi chi psi omega"
        ).split(),
        strict=True,
    )
)
"""Greek letters that stand alone, as formulas have them."""
