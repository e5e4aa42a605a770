"""Copies of settings without the password, and what becomes of the stored one when such a copy is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from . import _setting_types
from ._settings import check_settings

if TYPE_CHECKING:
    from ._settings_fields import Settings

SAME_FOR_PASSWORD = ("broker_host", "username")
"""The settings that have to be as they were stored, for the password that is stored with them to stay."""

SAME_FOR_TEST = (*SAME_FOR_PASSWORD, "broker_port", "use_tls")
"""The same for it to be used in a connection test that somebody asks for, of those that ArgusAI's form has."""


def exported(settings: Mapping[str, object]) -> Settings:
    """Give settings without the password, and nothing that is none, for a copy that may be seen by others."""
    return cast(
        "Settings",
        {name: value for name, value in settings.items() if name in _setting_types.kinds() and name != "password"},
    )


def restored(settings: Settings, stored: Settings) -> Settings:
    """Give settings that were exported with the stored password, if that is for the same host and username."""
    if settings.get("password") or settings.get("password_file") or not _same_login(settings, stored):
        return settings
    password = stored.get("password")
    return {**settings, "password": password} if password else settings


def _same_login(settings: Settings, stored: Settings) -> bool:
    """Whether both lead to the same host, with the same username."""
    one, other = (check_settings(exported(each)).settings for each in (settings, stored))
    is_same = one and other and all(one.get(name) == other.get(name) for name in SAME_FOR_PASSWORD)
    return bool(is_same and one and one.get("username"))
