"""Sentences, labelled clips, and how well one is found for the other."""
