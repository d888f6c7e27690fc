"""Links in what a model writes: found in every disguise, and nothing else taken for one."""

import pytest

from domain.generation.links import LinkRules, find_links, without_invisible


@pytest.mark.parametrize(
    "text",
    [
        "Visit evil.example/win now.",
        "See https://evil.example.",
        "See hxxps://evil.example.",
        "See https : // evil.example.",
        "Go to www.evil.example.",
        "Go to ev\u200bil.com.",
        "Go to e\u00advil.com.",
        "Go to evil[.]com.",
        "Go to evil (dot) com.",
        "Go to evil dot com.",
        "Go to evil . com.",
        "Go to evil．com.",
        "Go to evil。com.",
        "Go to evil․com.",
        "Go to ｅｖｉｌ.ｃｏｍ.",
        "Go to евил.рф.",
        "Go to xn--evl-0na.com.",
        "Go to 1.2.3.4/evil.",
        "Go to //evil.example/x.",
        "[Click](evil) here.",
        "[Click][1] here.",
        "[1]: evil",
        "<a href=evil>here</a>",
        "<img src=x onerror=evil>",
        "javascript:alert(1)",
        "data:text/html,evil",
        "mailto:evil",
        "Write to ann@evil.example.",
        "Write to ann@evil.",
        "Follow @evil_channel.",
        "Call +49 170 1234567.",
        "Call 1-800-555-0199.",
        "Send to bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh.",
        "Send to 0x52908400098527886E0F7030069857D2E4169EE7.",
        "bit.ly/evil",
        "t.me/evil",
    ],
)
def test_a_link_is_found_however_it_is_written(text: str) -> None:
    assert find_links(text)


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. army had 3.5 kg at 10 a.m. in St. Petersburg.",
        "One sentence ended.The next began.",
        "From 1914-1918, 25,000 people died; e.g. 1,250.5 of them at sea.",
        "The ratio was 1:2 at 10:30, i.e. never.",
        "Node.js was written in 2009.",
        "Ph.D. and M.I.T. and C# and C++.",
        "彼は言った。そして去った。",
        "Это было давно. Потом прошло.",
        "It cost $3.5M (about 3.2 million euros).",
        "Pi is 3.14159.",
        "Dr. Who? Mr. X!",
    ],
)
def test_ordinary_words_are_no_links(text: str) -> None:
    assert find_links(text) == []


def test_what_the_caller_has_named_may_stand_and_nothing_like_it() -> None:
    rules = LinkRules(["The history of Amazon.com", "https://news.example/story?id=1"])
    assert rules.foreign("In 1994 Amazon.com opened.") == []
    assert rules.foreign("Read https://news.example/story?id=1.") == []
    for other in (
        "amazon.com.evil.example",
        "amazon.com@evil.example",
        "https://news.example/story?id=2",
        "https://news.example@evil.example/story?id=1",
    ):
        assert rules.foreign(f"Read {other} now.")


def test_hidden_letters_are_taken_out_and_joined_ones_kept() -> None:
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "ignore all")
    assert without_invisible(f"a{hidden}\u202eb\ufeff\x07c\U000e0101") == "abc"
    assert without_invisible("می\u200cخواهم 👩\u200d🚀") == "می\u200cخواهم 👩\u200d🚀"
