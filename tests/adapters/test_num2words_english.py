"""How English text is spoken, by example."""

import pytest

from adapters.num2words import Num2WordsVerbalizer

VERBALIZER = Num2WordsVerbalizer()


def spoken(text: str) -> str:
    return VERBALIZER.verbalize(text, "en-US", {}).spoken


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        # years and other numbers
        ("in 1916", "in nineteen sixteen"),
        ("in 1905", "in nineteen oh five"),
        ("since 2005", "since two thousand and five"),
        ("by 2024", "by twenty twenty-four"),
        ("1500 people", "one thousand five hundred people"),
        ("the 1990s", "the nineteen nineties"),
        ("the '90s", "the nineties"),
        ("44 BC", "forty-four B C"),
        ("AD 79", "A D seventy-nine"),
        (
            "1,234,567",
            "one million two hundred and thirty-four thousand five hundred and sixty-seven",
        ),
        ("3.14", "three point one four"),
        (".5", "zero point five"),
        ("−5", "minus five"),
        ("007", "zero zero seven"),
        ("v3.11.7", "version three point eleven point seven"),
        ("10⁶", "ten to the power of six"),
        ("5.97×10²⁴ kg", "five point nine seven times ten to the power of twenty-four kilograms"),
        # ordinals, fractions, ranges
        ("the 1st and 21st", "the first and twenty-first"),
        ("20th-century art", "twentieth century art"),
        ("1/2 of ¾", "one half of three quarters"),
        ("1 1/2 cups", "one and a half cups"),
        ("5½ cups", "five and a half cups"),
        ("24/7", "twenty-four seven"),
        ("1914–1918", "nineteen fourteen to nineteen eighteen"),
        ("1939-45", "nineteen thirty-nine to forty-five"),
        ("10-20", "ten to twenty"),
        ("Bose–Einstein", "Bose Einstein"),
        # money
        ("$3.5M", "three point five million dollars"),
        ("$3.5 million", "three point five million dollars"),
        ("£20", "twenty pounds"),
        ("€1,000.50", "one thousand euros and fifty cents"),
        ("$1.01", "one dollar and one cent"),
        ("$0.99", "ninety-nine cents"),
        ("¥500", "five hundred yen"),
        ("$3-5 billion", "three to five billion dollars"),
        ("20€", "twenty euros"),
        # measures
        ("50%", "fifty percent"),
        ("10–20%", "ten to twenty percent"),
        ("5 km", "five kilometers"),
        ("1 m", "one meter"),
        ("60km/h", "sixty kilometers per hour"),
        ("10 m²", "ten square meters"),
        ("37 °C", "thirty-seven degrees Celsius"),
        ("-5°C", "minus five degrees Celsius"),
        ("16GB", "sixteen gigabytes"),
        ("2.4 GHz", "two point four gigahertz"),
        ("700 sq mi", "seven hundred square miles"),
        ("(36–72 in)", "thirty-six to seventy-two inches,"),
        ("5'11\"", "five feet eleven"),
        ("10x", "ten times"),
        # times and dates
        ("10:30", "ten thirty"),
        ("10:05 a.m.", "ten oh five A M."),
        ("5 p.m. Monday", "five P M Monday"),
        ("12:00", "twelve o'clock"),
        ("9pm", "nine P M"),
        ("16:9", "sixteen to nine"),
        ("May 5, 1916", "May fifth, nineteen sixteen"),
        ("5 May 1916", "the fifth of May nineteen sixteen"),
        ("May 20–21", "May twentieth to twenty-first"),
        ("2024-05-01", "May first, twenty twenty-four"),
        # Roman numerals
        ("Henry VIII", "Henry the eighth"),
        ("Louis XIV's chair", "Louis the fourteenth's chair"),
        ("World War II", "World War two"),
        ("Elizabeth I and I", "Elizabeth the first and I"),
        ("Malcolm X", "Malcolm X"),
        ("Super Bowl LIV", "Super Bowl fifty-four"),
        # signs, links, letters
        ("salt & pepper", "salt and pepper"),
        ("2+2=4", "two plus two equals four"),
        ("#1 @name #topic", "number one at name hashtag topic"),
        ("~50 § 5", "about fifty section five"),
        ("3×4 ÷ 2 → 6", "three by four divided by two to six"),
        ("https://www.example.com/path?x=1", "example dot com slash path"),
        ("joe@mail.example.org", "joe at mail dot example dot org"),
        ("and/or he/she", "and or he or she"),
        ("AT&T", "A T and T"),
        ("555-0199", "five five five, zero one nine nine"),
        # abbreviations
        ("Dr. Smith of St. Paul", "Doctor Smith of Saint Paul"),
        ("10 Main St. is", "ten Main Street is"),
        ("Mr. Fox, e.g. him, i.e. me, etc.", "Mister Fox, for example him, that is me, et cetera."),
        ("cats vs. dogs", "cats versus dogs"),
        ("the U.S. and the U.K.", "the U S and the U K."),
        ("NASA and NATO", "NASA and NATO"),
        ("the FBI's DNA", "the F B I's D N A"),
        ("two CDs", "two C D's"),
        ("No. 5, p. 12, c. 1450", "number five, page twelve, circa fourteen fifty"),
        ("a HUGE win", "a huge win"),
        ("THIS IS BIG FOR THE FBI", "this is big for the F B I"),
        ("the UNHCR, PGA", "the U N H C R, P G A"),
        # words of several parts
        ("10-year-old", "ten year old"),
        ("mid-1990s", "mid nineteen nineties"),
        ("H2O and COVID-19", "H two O and COVID nineteen"),
        ("war—and peace", "war, and peace"),
        ("well-known", "well-known"),
        ("don't we'll o'clock", "don't we'll o'clock"),
    ],
)
def test_is_spoken_as_people_say_it(shown: str, said: str) -> None:
    assert spoken(shown) == said


def test_words_are_aligned_as_closely_as_they_are_spoken() -> None:
    sentence = VERBALIZER.verbalize("It made $3.5 million on 5 May.", "en", {})
    assert [(span.shown, span.spoken) for span in sentence.spans] == [
        (["It"], "It"),
        (["made"], "made"),
        (["$3.5", "million"], "three point five million dollars"),
        (["on"], "on"),
        (["5"], "the fifth of"),
        (["May."], "May."),
    ]


def test_endless_figures_are_read_digit_by_digit() -> None:
    assert spoken("9" * 400) == " ".join(["nine"] * 400)
