"""How a command ends."""

OK = 0
FAILED = 1
"""What was asked for did not work, or the answer is no."""
MISUSED = 2
"""It was called wrongly, or a file cannot be used; nothing was tried."""


class Misused(Exception):
    """The arguments or a file cannot be used; the text says why.

    Attributes:
        usage: How to call the command, if that was wrong.
    """

    def __init__(self, text: str, usage: str = "") -> None:
        """Take the reason, and how to call the command."""
        super().__init__(text)
        self.usage = usage
