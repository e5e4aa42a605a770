"""How a command ends."""

OK = 0
FAILED = 1
"""What was asked for did not work, or the answer is no."""
MISUSED = 2
"""It was called wrongly, or a file cannot be used; nothing was tried."""
INTERRUPTED = 130
"""By Ctrl-C, as shells have it."""


class Misused(Exception):
    """What was given cannot be used; the text says why.

    Attributes:
        usage: How it is called, where that was wrong.
    """

    def __init__(self, text: str, usage: str = "") -> None:
        """Say why, and how it is called."""
        super().__init__(text)
        self.usage = usage
