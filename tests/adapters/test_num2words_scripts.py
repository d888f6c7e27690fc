"""Words of other writing systems inside an English sentence are said, not spelled."""

import pytest

from adapters.num2words import Num2WordsVerbalizer


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Москва", "Moskva"),
        ("Чайковский", "Chaykovskiy"),
        ("объект", "obekt"),
        ("Київ", "Kiyiv"),
        ("Љубљана", "Lyublyana"),
        ("Ἀθῆναι", "Athinai"),
        ("λόγος", "logos"),
        ("ουρανός", "ouranos"),
        ("Μαΐου", "Maiou"),
        ("γλώσσα", "glossa"),
    ],
)
def test_greek_and_cyrillic_words_are_given_in_latin_letters(word: str, said: str) -> None:
    sentence = Num2WordsVerbalizer().verbalize(f"They call it {word}, of course.", "en", {})
    assert sentence.spoken == f"They call it {said}, of course."
    assert [w for span in sentence.spans for w in span.shown][3] == f"{word},"


def test_a_greek_letter_alone_keeps_its_name() -> None:
    assert Num2WordsVerbalizer().verbalize("The α wave", "en", {}).spoken == "The alpha wave"


def test_in_its_own_language_a_word_stays() -> None:
    assert Num2WordsVerbalizer().verbalize("Москва большая", "ru", {}).spoken == "Москва большая"
