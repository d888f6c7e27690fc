"""Words as cards show them."""

import pytest

from domain.generation.tokens import sentence_case


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("soft-bodied molluscs", "Soft-bodied molluscs"),
        ("pH of the sea", "pH of the sea"),
        ("https://example.com/a is open", "https://example.com/a is open"),
        ("www.example.com", "www.example.com"),
        ("", ""),
    ],
)
def test_a_line_begins_with_a_capital_unless_its_first_word_has_a_case_of_its_own(
    text: str, shown: str
) -> None:
    assert sentence_case(text) == shown
