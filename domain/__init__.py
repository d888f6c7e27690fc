"""The pure core of faceless: what a job is, what a video is, and the rules both obey.

Imports the standard library and msgspec, nothing else; does no I/O, reads no clock and no
environment. Everything from outside comes in through the ports.
"""
