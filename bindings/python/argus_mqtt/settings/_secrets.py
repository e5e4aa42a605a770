"""Passwords in a database: encrypted as ArgusAI encrypts them."""

from __future__ import annotations

import os
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from argus_mqtt._errors import ArgusMqttError

PREFIX: Final = "encrypted:"
"""What stands before an encrypted value. A value without it is taken as it is."""

KEY: Final = "ENCRYPTION_KEY"
PREVIOUS_KEY: Final = "ENCRYPTION_KEY_PREVIOUS"


class UnusableKey(ArgusMqttError, ValueError):
    """There is no key, or it is not a Fernet key. The text says how to make one."""


class Undecryptable(ArgusMqttError, ValueError):
    """A stored value was encrypted with another key, or is damaged."""


class Secrets:
    """Encrypts and decrypts the password of the settings. Any thread may use it."""

    def __init__(self, key: str, *previous: str) -> None:
        """Take Fernet keys: one that encrypts and decrypts, and older ones that only decrypt.

        Raises:
            UnusableKey: One of them is not a Fernet key.
        """
        self._fernet = MultiFernet([_fernet(KEY, key), *(_fernet(PREVIOUS_KEY, one) for one in previous)])
        self._newest = _fernet(KEY, key)

    @classmethod
    def from_environment(cls) -> Secrets:
        """Take the keys from the environment variables ENCRYPTION_KEY and ENCRYPTION_KEY_PREVIOUS.

        Several previous keys are separated by blanks or commas.

        Raises:
            UnusableKey: The first is missing, or one is not a Fernet key.
        """
        key = os.environ.get(KEY, "").strip()
        if not key:
            raise UnusableKey(f"{KEY} is not set; {_HOW_TO_MAKE_ONE}")
        previous = os.environ.get(PREVIOUS_KEY, "").replace(",", " ").split()
        return cls(key, *previous)

    def encrypt(self, password: str) -> str:
        """Return what to store for a password, whatever it looks like."""
        return PREFIX + self._fernet.encrypt(password.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """Return the password for a stored value; a value without the prefix is the password itself.

        Raises:
            Undecryptable: No key fits.
        """
        if not stored.startswith(PREFIX):
            return stored
        return _decrypt(self._fernet, stored)

    def is_current(self, stored: str) -> bool:
        """Tell whether a value is encrypted with the newest key, so that older keys can be deleted."""
        if not stored.startswith(PREFIX):
            return False
        try:
            _decrypt(self._newest, stored)
        except Undecryptable:
            return False
        return True

    def __repr__(self) -> str:
        """Show no key."""
        return "<argus_mqtt.settings.Secrets>"


_HOW_TO_MAKE_ONE: Final = (
    "make a key with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


def _fernet(name: str, key: str) -> Fernet:
    try:
        return Fernet(key.strip().encode())
    except ValueError:
        raise UnusableKey(f"{name} is not a Fernet key (44 characters of base64); {_HOW_TO_MAKE_ONE}") from None


def _decrypt(fernet: Fernet | MultiFernet, stored: str) -> str:
    try:
        return fernet.decrypt(stored.removeprefix(PREFIX).encode()).decode()
    except (InvalidToken, ValueError):
        raise Undecryptable(
            f"the stored password cannot be decrypted with {KEY}; set the key that it was encrypted with as "
            f"{PREVIOUS_KEY}, or enter the password again"
        ) from None
