"""How a command ends."""

OK = 0
FAILED = 1
"""What was asked for did not work, or the answer is no."""
MISUSED = 2
"""It was called wrongly, or a file cannot be used; nothing was tried. argparse exits with it, too."""
INTERRUPTED = 130
"""By Ctrl-C, as shells have it."""


class Misused(Exception):
    """What was given cannot be used; the text says why."""
