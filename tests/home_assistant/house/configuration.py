"""The files of a Home Assistant that needs no clicking through its first start."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path

_CONFIGURATION = """\
homeassistant:
  name: Home
  latitude: 51.5
  longitude: 0
  elevation: 0
  unit_system: metric
  time_zone: UTC
  country: GB
  packages: !include_dir_named packages
{more}http:
  server_host: 127.0.0.1
  server_port: {port}
api:
recorder:
  commit_interval: 1
history:
logger:
  default: warning
  logs:
    # Shows its own birth message, and so when it is ready.
    homeassistant.components.mqtt.client: debug
"""

# Whoever opens it on this machine is its owner.
_FRONTEND = """\
  auth_providers:
    - type: trusted_networks
      trusted_networks: 127.0.0.1
      allow_bypass_login: true
frontend:
"""


def write(
    directory: Path, port: int, broker_port: int, packages: dict[str, str], *, with_frontend: bool = False
) -> str:
    """Write the files; give a token for the API.

    Args:
        directory: Where Home Assistant keeps its files.
        port: The port for it to listen on.
        broker_port: The port of the broker, on this machine.
        packages: Parts of its configuration, YAML by name.
        with_frontend: Whether it has pages for a browser.
    """
    more = _FRONTEND if with_frontend else ""
    (directory / "configuration.yaml").write_text(_CONFIGURATION.format(port=port, more=more))
    (directory / "packages").mkdir()
    for name, yaml in packages.items():
        (directory / "packages" / f"{name}.yaml").write_text(yaml)
    (directory / ".storage").mkdir()
    steps = ["user", "core_config", "analytics", "integration"]
    _store(directory, "onboarding", 4, {"done": steps})
    _store(directory, "core.analytics", 1, {"onboarded": True, "preferences": {}, "uuid": None})
    _store(directory, "core.config_entries", 1, {"entries": [_mqtt(broker_port)]})
    # As it was on its last start: a current one restarts after five minutes if nobody confirms a new address.
    _store(directory, "http", 1, {"server_host": ["127.0.0.1"], "server_port": port})
    token_id, key = secrets.token_hex(16), secrets.token_hex(32)
    _store(directory, "auth", 1, _owner(token_id, key))
    return _jwt(token_id, key)


def _store(directory: Path, key: str, version: int, data: dict[str, object]) -> None:
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (directory / ".storage" / key).write_text(json.dumps(content))


def _mqtt(broker_port: int) -> dict[str, object]:
    return {
        "entry_id": secrets.token_hex(16),
        "version": 1,
        "minor_version": 1,
        "domain": "mqtt",
        "title": "broker",
        "data": {
            "broker": "127.0.0.1",
            "port": broker_port,
            "discovery": True,
            "discovery_prefix": "homeassistant",
        },
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "unique_id": None,
        "disabled_by": None,
    }


def _owner(token_id: str, key: str) -> dict[str, object]:
    user = secrets.token_hex(16)
    return {
        "users": [
            {
                "id": user,
                "group_ids": ["system-admin"],
                "is_owner": True,
                "is_active": True,
                "name": "Owner",
                "system_generated": False,
                "local_only": False,
            }
        ],
        "groups": [{"id": "system-admin", "name": "Administrators"}],
        "credentials": [],
        "refresh_tokens": [
            {
                "id": token_id,
                "user_id": user,
                "client_id": None,
                "client_name": "tests",
                "client_icon": None,
                "token_type": "long_lived_access_token",
                "created_at": "2024-01-01T00:00:00+00:00",
                "access_token_expiration": 315360000.0,
                "token": secrets.token_hex(64),
                "jwt_key": key,
                "last_used_at": None,
                "last_used_ip": None,
                "credential_id": None,
                "version": None,
            }
        ],
    }


def _jwt(issuer: str, key: str) -> str:
    now = int(time.time())
    parts = [{"alg": "HS256", "typ": "JWT"}, {"iss": issuer, "iat": now - 60, "exp": now + 86_400}]
    signed = b".".join(_base64(json.dumps(part).encode()) for part in parts)
    signature = hmac.new(key.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + _base64(signature)).decode()


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
