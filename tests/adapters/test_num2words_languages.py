"""Languages other than English: what their rules say, and what they leave to the voice."""

import pytest

from adapters.num2words import Num2WordsVerbalizer
from domain.generation.figures_left import unspoken_figures
from domain.generation.script import Scene, Script, Sentence

SAID = [
    ("de", "Am 3. Mai 1916 kamen 1.234 Leute.",
     "Am dritten Mai neunzehnhundertsechzehn kamen eintausendzweihundertvierunddreißig Leute."),
    ("de", "Der 2. Weg, z.B. für 3,50 € und 1 €.",
     "Der zweite Weg, zum Beispiel für drei Euro fünfzig und ein Euro."),
    ("de", "Es sind $3,5 Millionen oder -7 %.",
     "Es sind drei Komma fünf Millionen Dollar oder minus sieben Prozent."),
    ("de", "Agent 007 kam.", "Agent null null sieben kam."),
    ("fr", "Le 1er mai, la 1re fois, 50 % de 1 234.",
     "Le premier mai, la première fois, cinquante pour cent de mille deux cent trente-quatre."),
    ("fr", "Il a €2 millions et $3 millions.",
     "Il a deux millions d'euros et trois millions de dollars."),
    ("es", "La 1ª vez, 21 € y 3,5%.",
     "La primera vez, veintiún euros y tres coma cinco por ciento."),
    ("it", "Il 3º costa 1 €.", "Il terzo costa un euro."),
    ("pt-BR", "O 2º ganhou 20 €.", "O segundo ganhou vinte euros."),
    ("nl", "De 3de keer 50%.", "De derde keer vijftig procent."),
    ("sv", "Den 1:a var 3,5 procent.", "Den första var tre komma fem procent."),
    ("nb", "Den 3. mai.", "Den tredje mai."),
    ("pl", "To $1, $22 i $25.",
     "To jeden dolar, dwadzieścia dwa dolary i dwadzieścia pięć dolarów."),
    ("ru", "Это 21%, 22% и 25%.",
     "Это двадцать один процент, двадцать два процента и двадцать пять процентов."),
    ("hu", "Ez 50%.", "Ez ötven százalék."),
    ("lt", "Tai 21.", "Tai dvidešimt vienas."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "said"), SAID)
def test_figures_are_said_as_the_language_says_them(language: str, text: str, said: str) -> None:
    assert Num2WordsVerbalizer().verbalize(text, language, {}).spoken == said


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "3.5"), ("de", "10:30"), ("nb", "1.000"), ("zh", "5")],
)
def test_what_is_not_sure_stays_as_it_is(language: str, text: str) -> None:
    assert Num2WordsVerbalizer().verbalize(f"a {text} b", language, {}).spoken == f"a {text} b"


def script(language: str, text: str, said: dict[str, str] | None = None) -> Script:
    scene = Scene(sentences=[Sentence(text=text)], pronunciations=said or {})
    return Script(language=language, title="x", scenes=[scene])


def test_figures_that_nobody_says_are_a_warning_with_their_words() -> None:
    (warning,) = unspoken_figures(script("zh", "有 5 个 7 b 8 c 9"), Num2WordsVerbalizer(), {})
    assert warning.code == "numbers_unspoken"
    assert "zh says 5, 7, 8 and 1 more" in warning.message
    assert "pronunciations" in warning.hint


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("de", "Es sind 5.", {}),
        ("zh", "有 五", {}),
        ("zh", "有 5", {"5": "五"}),
        ("en", "4K at 5", {}),
    ],
)
def test_otherwise_there_is_none(language: str, text: str, said: dict[str, str]) -> None:
    verbalizer = Num2WordsVerbalizer()
    assert unspoken_figures(script(language, text, said), verbalizer, {}) == []
    assert unspoken_figures(script(language, text), verbalizer, said) == []
