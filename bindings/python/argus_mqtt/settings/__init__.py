"""Settings stored in a database, with an API to read, change and test them.

    from argus_mqtt.settings import ManagedClient, settings_router

    mqtt = ManagedClient()
    app.include_router(settings_router(session=SessionLocal, client=mqtt, authorize=require_admin))

It requires the extra `settings` of the package: pydantic, SQLAlchemy, cryptography and FastAPI. `docs/settings.md`
shows how to set it up in a program that has a database, and on its own.
"""

try:
    from ._client import ManagedClient
    from ._model import MQTTSettings
    from ._old_router import argusai_router
    from ._reading import OldTable
    from ._router import settings_router
    from ._secrets import Secrets, Undecryptable, UnusableKey
    from ._snapshot import Snapshot
    from ._store import Store
    from ._table import Base, MQTTConfig, MQTTConfigMixin
except ModuleNotFoundError as error:
    if (error.name or "").split(".")[0] not in {"pydantic", "pydantic_core", "sqlalchemy", "cryptography", "fastapi"}:
        raise
    raise ModuleNotFoundError(
        f"argus_mqtt.settings requires {error.name}; install the extra: pip install 'argus-mqtt[settings]'",
        name=error.name,
    ) from None

__all__ = [
    "Base",
    "MQTTConfig",
    "MQTTConfigMixin",
    "MQTTSettings",
    "ManagedClient",
    "OldTable",
    "Secrets",
    "Snapshot",
    "Store",
    "Undecryptable",
    "UnusableKey",
    "argusai_router",
    "settings_router",
]


def _name_publicly() -> None:
    for name in __all__:
        globals()[name].__module__ = __name__


_name_publicly()
