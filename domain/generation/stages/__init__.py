"""One module per stage of the production; ``pipeline`` names their order."""
