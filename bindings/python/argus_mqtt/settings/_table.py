"""The table of the settings: ArgusAI's `mqtt_config` with additional columns."""

# Annotations are evaluated: SQLAlchemy looks their names up in the package, where not all of them are.
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, DateTime, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from argus_mqtt.argusai import _names

from ._secrets import Secrets

TABLE = "mqtt_config"


def _now() -> datetime:
    return datetime.now(timezone.utc)


class MQTTConfigMixin:
    """The columns of the settings, for a program's own model: `class MQTTConfig(MQTTConfigMixin, Base)`.

    Columns that this model declares itself take precedence. The column `password` holds the encrypted password;
    `get_decrypted_password` returns it in plain text.

    The columns `is_connected`, `last_connected_at`, `last_error` and `messages_published` exist for older
    programs, and are no longer written.
    """

    __tablename__: Any = TABLE

    host_settings: ClassVar[Mapping[str, object]] = _names.FIXED
    """What holds here where nothing else is stored, by the library's names, instead of the library's defaults."""

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid.uuid4()))
    broker_host: Mapped[str] = mapped_column(String(255), default="")
    broker_port: Mapped[int] = mapped_column(Integer, default=1883)
    username: Mapped[str | None] = mapped_column(Text, default=None)
    password: Mapped[str | None] = mapped_column(Text, default=None)
    topic_prefix: Mapped[str] = mapped_column(Text, default="liveobject")
    discovery_prefix: Mapped[str] = mapped_column(Text, default="homeassistant")
    discovery_enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    qos: Mapped[int] = mapped_column(Integer, default=1)
    enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    retain_messages: Mapped[bool] = mapped_column(Boolean, default=True)
    use_tls: Mapped[bool] = mapped_column(Boolean, default=False)
    message_expiry_seconds: Mapped[int] = mapped_column(Integer, default=300)
    availability_topic: Mapped[str] = mapped_column(Text, default="")
    birth_message: Mapped[str] = mapped_column(Text, default="online")
    will_message: Mapped[str] = mapped_column(Text, default="offline")
    is_connected: Mapped[bool] = mapped_column(Boolean, default=False)
    last_connected_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    messages_published: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now, onupdate=_now)

    other_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """The settings that have no column of their own, by the library's names, where they differ from the default."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Raised by each save through the API, so that of two who edit at once the second is told."""

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        # The API raises it by itself: what else a host writes to its row is no edit of the settings.
        return {"version_id_col": cls.__dict__.get("version") or cls.version, "version_id_generator": False}

    def get_decrypted_password(self) -> str | None:
        """Return the password, decrypted with the keys in the environment; None if there is none.

        Raises:
            Undecryptable: No key fits.
            UnusableKey: There is no key.
        """
        return Secrets.from_environment().decrypt(self.password) if self.password else None


class Base(DeclarativeBase):
    """The tables of a program that runs on its own."""


class MQTTConfig(MQTTConfigMixin, Base):
    """The settings of a program that runs on its own."""

    __tablename__ = TABLE

    host_settings: ClassVar[Mapping[str, object]] = MappingProxyType({})
