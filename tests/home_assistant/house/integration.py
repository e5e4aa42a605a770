"""Home Assistant's MQTT integration, as its users change it in the settings."""

from __future__ import annotations

from typing import Any

from . import wait_until
from .home_assistant import HomeAssistant

_ENTRIES = "/api/config/config_entries"


def change_options(home: HomeAssistant, **changes: object) -> None:
    """Fill in the form of its options, such as `birth_topic`; the rest stays. Wait until it is in force."""
    before = home.connections
    _fill_in(home, "options/flow", {"handler": _entry_id(home)}, changes)
    wait_until(lambda: home.connections > before, "the integration connects anew")
    home.wait_ready()


def reload(home: HomeAssistant) -> None:
    """Reload it."""
    home.request("POST", f"{_ENTRIES}/entry/{_entry_id(home)}/reload")


def remove(home: HomeAssistant) -> None:
    """Remove it, with all of its devices."""
    home.request("DELETE", f"{_ENTRIES}/entry/{_entry_id(home)}")


def add(home: HomeAssistant, host: str, port: int) -> None:
    """Add it, with this broker."""
    _fill_in(home, "flow", {"handler": "mqtt"}, {"broker": host, "port": port})


def delete_device(home: HomeAssistant, identifier: str) -> None:
    """Delete a device, as the button on its page does."""
    (devices,) = home.ask({"type": "config/device_registry/list"})
    (device,) = [one for one in devices if identifier in [name for _, name in one["identifiers"]]]
    entry = {"device_id": device["id"], "config_entry_id": device["config_entries"][0]}
    # A current one has another command, which the oldest that is tested has not.
    home.excuse("remove_config_entry is deprecated")
    home.ask({"type": "config/device_registry/remove_config_entry"} | entry)


def _entry_id(home: HomeAssistant) -> str:
    entries = home.request("GET", f"{_ENTRIES}/entry?domain=mqtt")
    entry_id: str = entries[0]["entry_id"]
    return entry_id


def _fill_in(home: HomeAssistant, path: str, start: dict[str, object], changes: dict[str, object]) -> None:
    step = home.request("POST", f"{_ENTRIES}/{path}", start)
    while step["type"] == "form":
        assert not step["errors"], step
        step = home.request("POST", f"{_ENTRIES}/{path}/{step['flow_id']}", _answers(step["data_schema"], changes))
    assert step["type"] == "create_entry", step


def _answers(fields: list[dict[str, Any]], changes: dict[str, object]) -> dict[str, object]:
    answers = {field["name"]: _answer(field, changes) for field in fields}
    return {name: answer for name, answer in answers.items() if answer is not None}


def _answer(field: dict[str, Any], changes: dict[str, object]) -> object:
    """Give what was asked for, or what the form has there already, or what a person would see there."""
    if field.get("type") == "expandable":
        return _answers(field["schema"], changes)
    suggested = (field.get("description") or {}).get("suggested_value")
    shown = changes.get(field["name"], field.get("default", suggested))
    if shown is not None or not field.get("required"):
        return shown
    select = field["selector"].get("select")
    return select["options"][0] if select else False
