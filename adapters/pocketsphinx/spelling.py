"""How an English word that no dictionary has is probably pronounced: rules from letters to sounds.

The sounds are those of CMUdict (ARPABET without stress). For aligning, roughly right is enough:
what counts is how many sounds a word has, and of which kind.
"""

import re
import unicodedata

_RULES: tuple[tuple[str, str], ...] = (
    ("tion", "SH AH N"), ("sion", "ZH AH N"), ("ough", "AO"), ("augh", "AO"), ("eigh", "EY"),
    ("igh", "AY"), ("tch", "CH"), ("sch", "SH"), ("dge", "JH"), ("eau", "OW"), ("que", "K"),
    ("ch", "CH"), ("sh", "SH"), ("th", "TH"), ("ph", "F"), ("gh", "G"), ("wh", "W"), ("ck", "K"),
    ("ng", "NG"), ("qu", "K W"), ("kn", "N"), ("wr", "R"), ("rh", "R"), ("ps", "P S"),
    ("ee", "IY"), ("ea", "IY"), ("oo", "UW"), ("ou", "AW"), ("ow", "OW"), ("oa", "OW"),
    ("ai", "EY"), ("ay", "EY"), ("ei", "EY"), ("ey", "IY"), ("ie", "IY"), ("oi", "OY"),
    ("oy", "OY"), ("au", "AO"), ("aw", "AO"), ("ew", "UW"), ("ue", "UW"), ("ui", "UW"),
    ("er", "ER"), ("ir", "ER"), ("ur", "ER"), ("ar", "AA R"), ("or", "AO R"),
    ("ce", "S EH"), ("ci", "S IH"), ("cy", "S IY"), ("ge", "JH EH"), ("gi", "JH IH"),
    ("a", "AE"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"),
    ("h", "HH"), ("i", "IH"), ("j", "JH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"),
    ("o", "AA"), ("p", "P"), ("q", "K"), ("r", "R"), ("s", "S"), ("t", "T"), ("u", "AH"),
    ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "IY"), ("z", "Z"),
)  # fmt: skip
"""the longest letters first: the first rule that fits is taken"""
_FOLLOWED = re.compile(r"(?<=[^aeiouy])e$")
"""a silent e at the end of a word"""
_DOUBLED = re.compile(r"([^aeiou])\1")

LETTERS = dict(
    pair.split("=")
    for pair in (
        "a=EY,b=B IY,c=S IY,d=D IY,e=IY,f=EH F,g=JH IY,h=EY CH,i=AY,j=JH EY,k=K EY,l=EH L,m=EH M,"
        "n=EH N,o=OW,p=P IY,q=K Y UW,r=AA R,s=EH S,t=T IY,u=Y UW,v=V IY,w=D AH B AH L Y UW,"
        "x=EH K S,y=W AY,z=Z IY"
    ).split(",")
)
"""letters by their names"""


def sounds_of(word: str) -> str:
    """Sounds of a word, separated by spaces; empty when it has no Latin letter.

    A word without a vowel is spelled out.
    """
    plain = unicodedata.normalize("NFKD", word).lower()
    letters = "".join(c for c in plain if "a" <= c <= "z")
    if not letters:
        return ""
    if not any(c in "aeiouy" for c in letters):
        return " ".join(LETTERS[letter] for letter in letters)
    rest = _DOUBLED.sub(r"\1", letters)
    if len(rest) > 3:  # noqa: PLR2004 - "the" and "she" end in a sounded e
        rest = _FOLLOWED.sub("", rest)
    sounds: list[str] = []
    while rest:
        pattern, said = next(rule for rule in _RULES if rest.startswith(rule[0]))
        sounds.append(said)
        rest = rest[len(pattern) :]
    return " ".join(sounds)
