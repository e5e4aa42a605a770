"""Mappings become JSON, or an error that says where they cannot."""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections import OrderedDict
from collections.abc import Iterator
from enum import IntEnum
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import numpy as np
import pytest

from argus_mqtt._json import Unwritable, event_json, settings_json


class Level(IntEnum):
    """A number with a name."""

    HIGH = 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "{}"),
        ({"a": [1, 2.5, None, True, "é"]}, '{"a":[1,2.5,null,true,"é"]}'),
        ({"at": dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.timezone.utc)}, '{"at":"2026-05-04T03:02:01+00:00"}'),
        ({"day": dt.date(2026, 5, 4), "time": dt.time(3, 2)}, '{"day":"2026-05-04","time":"03:02:00"}'),
        ({"id": UUID(int=7)}, '{"id":"00000000-0000-0000-0000-000000000007"}'),
        (OrderedDict(b=1, a=(Level.HIGH,)), '{"b":1,"a":[3]}'),
        (MappingProxyType({"in": MappingProxyType({"a": 1})}), '{"in":{"a":1}}'),
        ({1: "a", None: "b"}, '{"1":"a","null":"b"}'),
        ({"a": [np.int64(2), np.float32(0.5), np.uint8(3), Fraction(1, 4)]}, '{"a":[2,0.5,3,0.25]}'),
        ({"a": np.bool_(1), "b": [np.bool_(0)]}, '{"a":true,"b":[false]}'),
    ],
)
def test_values_with_a_form_in_json(value: dict[str, object], expected: str) -> None:
    assert event_json(value, "event").decode() == expected


ITSELF: dict[str, object] = {}
ITSELF["list"] = [ITSELF]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"objects": [{"box": [1, {2}]}]}, "event.objects[0].box[1] is of type set, which has no form in JSON; give"),
        ({"image": b"jpeg"}, "event.image is of type bytes, which has no form in JSON; give"),
        (
            {"count": [10**5000]},
            "event.count[0] is a whole number of more than 300 digits, which readers of JSON refuse",
        ),
        ({"score": float("nan")}, "event.score is nan, which JSON has no number for; give null"),
        ({"scores": (1.0, float("-inf"))}, "event.scores[1] is -inf, which JSON has no number for; give null"),
        ({"in": {("a", "b"): 1}}, "event.in has a key of type tuple; the keys of a JSON object are text"),
        ({float("inf"): 1}, "event has the key inf; the keys of a JSON object are text"),
        ({"text": "ab\ud800"}, r"event.text has half of a surrogate pair as character 2"),
        ({"in": {"\udc00": 1}}, r"event.in has a key '\udc00' that has half of a surrogate pair"),
        (ITSELF, "event.list[0] contains itself"),
        ({"path": Path("/tmp")}, "event.path is of type PosixPath"),  # noqa: S108
        ({1: 2, "1": 3}, "event has the keys 1 and '1', which are the same in JSON; give one of them"),
        ({"in": [{True: 1, "true": 2}]}, "event.in[0] has the keys True and 'true', which are the same in JSON"),
        ({"in": MappingProxyType({None: 1, "null": 2})}, "event.in has the keys None and 'null', which are the same"),
    ],
)
def test_values_without_a_form_are_located(value: dict[str, object], message: str) -> None:
    with pytest.raises(Unwritable) as raised:
        event_json(value, "event")
    assert str(raised.value).startswith(message)


@pytest.fixture
def _no_collection() -> Iterator[None]:
    """Keep the collector from finalizing strangers' objects at the recursion limit, where their finalizers fail."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collection")
def test_a_value_deeper_than_python_can_follow_is_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"in": deep}
    with pytest.raises(Unwritable, match=r"^event is nested too deeply"):
        event_json(deep, "event")


def test_settings_may_hold_paths() -> None:
    assert settings_json({"tls_ca_file": Path("/etc/ca.pem")}) == b'{"tls_ca_file":"/etc/ca.pem"}'


def test_a_fault_in_settings_is_located_by_field() -> None:
    with pytest.raises(Unwritable) as raised:
        settings_json({"password": b"secret"})
    assert raised.value.path == "password"
    assert "secret" not in str(raised.value)


def numbers_of_numpy() -> dict[str, object]:
    return {
        "label": np.int64(3),
        "small": np.uint8(7),
        "score": np.float32(0.5),
        "exact": np.float64(0.25),
        "sure": np.bool_(1),
        "array": np.zeros((), dtype=bool),
        "half": Fraction(1, 2),
        "boxes": [np.int32(1), (np.float16(2.0),)],
    }


def test_numbers_of_other_libraries_are_numbers() -> None:
    assert json.loads(event_json(numbers_of_numpy(), "event")) == {
        "label": 3,
        "small": 7,
        "score": 0.5,
        "exact": 0.25,
        "sure": True,
        "array": False,
        "half": 0.5,
        "boxes": [1, [2.0]],
    }
    assert b'"sure":true,"array":false' in event_json(numbers_of_numpy(), "event")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": np.float32("nan")}, "event.a is nan, which JSON has no number for"),
        ({"a": [Fraction(10**400)]}, "event.a[0] is inf, which JSON has no number for"),
        ({"a": np.array([1, 2])}, "event.a is of type ndarray, which has no form in JSON"),
        ({"a": np.array([True])}, "event.a is of type ndarray, which has no form in JSON"),
        ({"a": 1j}, "event.a is of type complex, which has no form in JSON"),
    ],
)
def test_numbers_that_json_has_not_are_located(value: dict[str, object], message: str) -> None:
    with pytest.raises(Unwritable) as raised:
        event_json(value, "event")
    assert str(raised.value).startswith(message)


def test_settings_may_hold_numbers_of_other_libraries() -> None:
    assert settings_json({"broker_port": np.int64(1883), "use_tls": np.bool_(0)}) == (
        b'{"broker_port":1883,"use_tls":false}'
    )
