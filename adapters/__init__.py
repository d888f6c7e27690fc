"""One folder per technology; each implements ports of ``domain``. They don't know each other."""
