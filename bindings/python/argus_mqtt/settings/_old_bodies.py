"""What ArgusAI's routes take and answer: its names, its limits, and no checks beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from ._secrets import Secrets
    from ._table import MQTTConfigMixin


class OldSettings(BaseModel):
    """The settings that ArgusAI's page edits."""

    broker_host: str
    broker_port: int = 1883
    username: str | None = None
    topic_prefix: str = "liveobject"
    discovery_prefix: str = "homeassistant"
    discovery_enabled: bool = True
    qos: int = 1
    enabled: bool = True
    retain_messages: bool = True
    use_tls: bool = False
    message_expiry_seconds: int = 300
    availability_topic: str = ""
    birth_message: str = "online"
    will_message: str = "offline"


class OldUpdate(OldSettings):
    """The body of PUT. It replaces everything; a password that is left out or empty is kept."""

    broker_host: str = Field(min_length=1, max_length=255)
    broker_port: int = Field(1883, ge=1, le=65535)
    username: str | None = Field(None, max_length=100)
    password: str | None = Field(None, max_length=500, repr=False, json_schema_extra={"writeOnly": True})
    topic_prefix: str = Field("liveobject", max_length=100)
    discovery_prefix: str = Field("homeassistant", max_length=100)
    qos: int = Field(1, ge=0, le=2)
    message_expiry_seconds: int = Field(300, ge=60, le=3600)
    availability_topic: str = Field("", max_length=255)
    birth_message: str = Field("online", max_length=100)
    will_message: str = Field("offline", max_length=100)

    def write(self, row: MQTTConfigMixin, secrets: Secrets) -> None:
        """Write it to a row of the table; settings without a field here are unchanged."""
        for name in OldSettings.model_fields:
            setattr(row, name, getattr(self, name))
        if self.password:
            row.password = secrets.encrypt(self.password)


class OldAnswer(OldSettings):
    """The answer to GET and PUT, without the password."""

    id: str
    has_password: bool
    created_at: str | None = None
    updated_at: str | None = None


class OldTest(BaseModel):
    """The settings to test a connection with."""

    broker_host: str = Field(min_length=1, max_length=255)
    broker_port: int = Field(1883, ge=1, le=65535)
    username: str | None = Field(None, max_length=100)
    password: str | None = Field(None, max_length=500, repr=False, json_schema_extra={"writeOnly": True})
    use_tls: bool = False


class OldStatus(BaseModel):
    """The status."""

    connected: bool
    broker: str | None = None
    last_connected_at: str | None = None
    messages_published: int
    last_error: str | None = None
    reconnect_attempt: int = 0


class Done(BaseModel):
    """Whether something was done."""

    success: bool
    message: str


class Published(Done):
    """Whether cameras were announced."""

    cameras_published: int = 0


class Sent(Done):
    """Whether a message was sent."""

    topic: str | None = None


NOTHING_STORED = OldAnswer(id="", has_password=False, broker_host="", enabled=False)
"""The answer where no settings are stored."""
