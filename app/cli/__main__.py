"""``python -m app.cli``: the command without its script."""

from app.cli import main

if __name__ == "__main__":
    main(prog_name="faceless")
