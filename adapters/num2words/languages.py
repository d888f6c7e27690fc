"""What languages other than English need beside num2words to say figures: marks, words, plurals.

Only what is sure is here. What isn't stays a figure, which most voices read somehow, and the
video's warnings name it.
"""

import msgspec

ONE, FEW, MANY = 0, 1, 2


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """How one language writes figures and says what stands with them."""

    point: str
    """said for the decimal sign"""
    minus: str
    percent: tuple[str, ...]
    """one form, or three: after one, after two to four, after the others"""
    grouping: str = "."
    """between thousands; a narrow or no-break space always is, too"""
    decimal: str = ","
    years: bool = False
    """four figures alone are a year, which num2words says otherwise than the number"""
    ordinal: str = ""
    """pattern of an ordinal whose group ``n`` is the number; none is sure otherwise"""
    dotted_ordinals: bool = False
    """ "3." inside a sentence is an ordinal"""
    before_one: dict[str, str] = {}
    """ends of numbers that change before a noun: "uno", "un" """
    euro: tuple[str, ...] = ()
    dollar: tuple[str, ...] = ()
    pound: tuple[str, ...] = ()
    cents: str = " "
    """between the whole currency and what is behind the decimal sign"""
    scales: dict[str, str] = {}
    """million and more, with what follows them before a currency"""
    abbreviations: dict[str, str] = {}


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split(";"))


SPEECH: dict[str, Speech] = {
    "de": Speech(
        point="Komma", minus="minus", percent=("Prozent",), years=True, dotted_ordinals=True,
        before_one={"eins": "ein"}, euro=("Euro",), dollar=("Dollar",), pound=("Pfund",),
        scales={"Million": "", "Millionen": "", "Milliarde": "", "Milliarden": "",
                "Billion": "", "Billionen": ""},
        abbreviations=_pairs(
            "z.B.=zum Beispiel;d.h.=das heißt;usw.=und so weiter;ca.=circa;bzw.=beziehungsweise;"
            "u.a.=unter anderem;Dr.=Doktor;Prof.=Professor;Nr.=Nummer;vgl.=vergleiche;"
            "evtl.=eventuell;etc.=et cetera;v.Chr.=vor Christus;n.Chr.=nach Christus;"
            "km/h=Kilometer pro Stunde"
        ),
    ),
    "fr": Speech(
        point="virgule", minus="moins", percent=("pour cent",), grouping=" ",
        ordinal=r"(?P<n>\d+)(?P<end>ers?|res?|ères?|èmes?|es?|nde?)",
        euro=("euro", "euros"), dollar=("dollar", "dollars"), pound=("livre", "livres"),
        scales={"million": "d'", "millions": "d'", "milliard": "d'", "milliards": "d'"},
        abbreviations=_pairs(
            "etc.=et cetera;Mme=Madame;Mlle=Mademoiselle;Dr=Docteur;"
            "env.=environ;km/h=kilomètres à l'heure"
        ),
    ),
    "es": Speech(
        point="coma", minus="menos", percent=("por ciento",),
        ordinal=r"(?P<n>\d+)\.?(?P<end>º|ª|er)", before_one={"veintiuno": "veintiún", "uno": "un"},
        euro=("euro", "euros"), dollar=("dólar", "dólares"), cents=" con ",
        scales={"millón": "de", "millones": "de", "billón": "de", "billones": "de"},
        abbreviations=_pairs(
            "etc.=etcétera;Sr.=señor;Sra.=señora;Dr.=doctor;Dra.=doctora;Ud.=usted;"
            "Uds.=ustedes;núm.=número;km/h=kilómetros por hora"
        ),
    ),
    "it": Speech(
        point="virgola", minus="meno", percent=("per cento",), ordinal=r"(?P<n>\d+)(?P<end>º|ª|°)",
        before_one={"uno": "un"}, euro=("euro",), dollar=("dollaro", "dollari"), cents=" e ",
        scales={"milione": "di", "milioni": "di", "miliardo": "di", "miliardi": "di"},
        abbreviations=_pairs(
            "ecc.=eccetera;sig.=signor;Sig.=Signor;dott.=dottor;Dott.=Dottor;"
            "km/h=chilometri all'ora"
        ),
    ),
    "pt": Speech(
        point="vírgula", minus="menos", percent=("por cento",),
        ordinal=r"(?P<n>\d+)\.?(?P<end>º|ª)", euro=("euro", "euros"), dollar=("dólar", "dólares"),
        cents=" e ",
        scales={"milhão": "de", "milhões": "de", "bilhão": "de", "bilhões": "de"},
        abbreviations=_pairs("etc.=etcétera;Sr.=senhor;Sra.=senhora;Dr.=doutor;"
                             "km/h=quilómetros por hora"),
    ),
    "nl": Speech(
        point="komma", minus="min", percent=("procent",), years=True,
        ordinal=r"(?P<n>\d+)(?P<end>ste|de|e)", euro=("euro",), dollar=("dollar",), pound=("pond",),
        scales={"miljoen": "", "miljard": "", "biljoen": ""},
        abbreviations=_pairs("enz.=enzovoort;bijv.=bijvoorbeeld;d.w.z.=dat wil zeggen;ca.=circa;"
                             "dr.=dokter;nr.=nummer;km/u=kilometer per uur"),
    ),
    "sv": Speech(
        point="komma", minus="minus", percent=("procent",), grouping=" ",
        ordinal=r"(?P<n>\d+)(?P<end>:a|:e)", euro=("euro",), dollar=("dollar",), pound=("pund",),
        scales={"miljon": "", "miljoner": "", "miljard": "", "miljarder": ""},
        abbreviations=_pairs("t.ex.=till exempel;dvs.=det vill säga;osv.=och så vidare;"
                             "bl.a.=bland annat;ca=cirka;km/h=kilometer i timmen"),
    ),
    "da": Speech(
        point="komma", minus="minus", percent=("procent",), dotted_ordinals=True, euro=("euro",),
        dollar=("dollar",), scales={"million": "", "millioner": "", "milliard": "",
                                    "milliarder": ""},
        abbreviations=_pairs("f.eks.=for eksempel;osv.=og så videre;bl.a.=blandt andet;ca.=cirka"),
    ),
    "no": Speech(
        point="komma", minus="minus", percent=("prosent",), grouping=" ", dotted_ordinals=True,
        euro=("euro",), dollar=("dollar",), scales={"million": "", "millioner": "",
                                                    "milliard": "", "milliarder": ""},
        abbreviations=_pairs("f.eks.=for eksempel;osv.=og så videre;bl.a.=blant annet;ca.=cirka"),
    ),
    "pl": Speech(
        point="przecinek", minus="minus", percent=("procent",), grouping=" ",
        euro=("euro",), dollar=("dolar", "dolary", "dolarów"),
        abbreviations=_pairs("np.=na przykład;itd.=i tak dalej;itp.=i tym podobne;tzn.=to znaczy"),
    ),
    "ru": Speech(
        point="", minus="минус", percent=("процент", "процента", "процентов"), grouping=" ",
        euro=("евро",), dollar=("доллар", "доллара", "долларов"),
        abbreviations=_pairs("т.е.=то есть;т.д.=так далее;т.п.=тому подобное"),
    ),
    "uk": Speech(
        point="кома", minus="мінус", percent=("відсоток", "відсотки", "відсотків"), grouping=" ",
        euro=("євро",), dollar=("долар", "долари", "доларів"),
    ),
    "cs": Speech(point="celá", minus="minus", percent=("procento", "procenta", "procent"),
                 grouping=" ", abbreviations=_pairs("např.=například;atd.=a tak dále")),
    "fi": Speech(point="pilkku", minus="miinus", percent=("prosentti", "prosenttia"), grouping=" ",
                 abbreviations=_pairs("esim.=esimerkiksi;jne.=ja niin edelleen;n.=noin")),
    "hu": Speech(point="", minus="mínusz", percent=("százalék",), grouping=" ", euro=("euró",),
                 dollar=("dollár",), abbreviations=_pairs("pl.=például;stb.=és a többi")),
    "ro": Speech(point="virgulă", minus="minus", percent=("la sută",),
                 abbreviations=_pairs("etc.=et cetera")),
    "tr": Speech(point="virgül", minus="eksi", percent=(), euro=("avro",), dollar=("dolar",),
                 abbreviations=_pairs("vb.=ve benzeri;örn.=örneğin")),
}  # fmt: skip
"""by primary language; others of num2words' languages have whole numbers only"""

SPEECH["nb"] = SPEECH["nn"] = SPEECH["no"]

CURRENCIES = {"€": "euro", "$": "dollar", "£": "pound"}


def form(forms: tuple[str, ...], number: str) -> str:
    """The form of a noun after a number, by its figures: "1", "2" to "4" (of three), others."""
    if len(forms) == 1:
        return forms[0]
    if len(forms) == FEW + 1:
        return forms[ONE if number == "1" else FEW]
    last, tens = int(number[-1]), int(number[-2:]) // 10
    if tens == 1:
        return forms[MANY]
    if last == 1:
        return forms[ONE] if number == "1" or forms[ONE] in _ONE_COMES_AGAIN else forms[MANY]
    return forms[FEW] if last in (2, 3, 4) else forms[MANY]


_ONE_COMES_AGAIN = frozenset("процент доллар відсоток долар".split())
"""nouns of Russian and Ukrainian, where 21 goes like 1"""
