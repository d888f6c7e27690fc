"""How the parts are installed that not everybody needs: the one place that says it.

The program is installed from its checkout. Its name alone, as in ``faceless[voice]``, would have
pip ask a public registry, where whoever likes may own that name.
"""


def how_to_install(extra: str) -> str:
    """The command for an extra and where to run it, as the end of a sentence."""
    return f"`pip install -c constraints.txt -e '.[{extra}]'` in the checkout"
