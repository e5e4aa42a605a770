"""Reports of a connection test, without any text from what answered.

A user who may run tests can name any host and port in the program's network. The report then says what kind of
service answered, but not what it said.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# The library puts what a broker said, and nothing else that it did not write itself, in quotes, with escapes in them.
_QUOTED = r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?'
_BESIDE = re.compile(rf" \((?:[^()\"]*{_QUOTED})+[^()\"]*\)")
_AFTER_COLON = re.compile(rf": ({_QUOTED})")
_ANYWHERE = re.compile(_QUOTED)

HIDDEN = "(not shown)"


def unquoted(text: str, own: Collection[str]) -> str:
    """Remove what a text quotes, except for our own values.

    Args:
        text: A sentence of the library.
        own: What may be quoted: the values of settings.
    """
    shown = {f'"{word}"' for word in own}

    def is_own(quoted: str) -> bool:
        return quoted in shown

    text = _BESIDE.sub(lambda found: found[0] if all(map(is_own, _ANYWHERE.findall(found[0]))) else "", text)
    text = _AFTER_COLON.sub(lambda found: found[0] if is_own(found[1]) else "", text)
    return _ANYWHERE.sub(lambda found: found[0] if is_own(found[0]) else HIDDEN, text)
