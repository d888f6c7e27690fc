"""How shown text is spoken: figures by the library num2words, all else by tables and rules."""

from adapters.num2words.verbalizer import Num2WordsVerbalizer

__all__ = ["Num2WordsVerbalizer"]
