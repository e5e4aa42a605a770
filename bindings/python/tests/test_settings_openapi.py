"""The API against its own description: schemathesis sends what it allows and what it does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.modes import GenerationMode
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

import argus_mqtt
from argus_mqtt.settings import Base, Secrets, Store, settings_router
from support.settings_api import KEY, PATH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10"))
"""For each route, of what is allowed and of what is not; more of them find more, and take longer."""

# A schema can't hold all that the library knows; so what it allows may be refused, but then at a field.
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "409", "422", "429", "503"]}}}
)

ROUTES = [
    ("GET", ""),
    ("PUT", ""),
    ("PATCH", ""),
    ("POST", "/check"),
    ("POST", "/test"),
    ("GET", "/schema"),
    ("GET", "/status"),
    ("POST", "/reconnect"),
    ("POST", "/publish-discovery"),
    ("POST", "/test-message"),
]


class NoClient:
    """A program whose client goes nowhere."""

    client = None

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Do nothing."""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give the description that the application makes."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    engine = create_engine(f"sqlite:///{folder}/settings.db")
    Base.metadata.create_all(engine)
    app = FastAPI()
    session, secrets = sessionmaker(engine), Secrets(KEY)
    Store(session, secrets=secrets).save_first({"broker_host": "localhost"})
    app.include_router(settings_router(session=session, client=NoClient(), authorize=lambda: None, secrets=secrets))
    report = argus_mqtt.test_connection({"broker_host": "127.0.0.1", "broker_port": 1})
    with pytest.MonkeyPatch.context() as patch:
        # Names that nobody has are not looked up.
        patch.setattr("argus_mqtt.settings._trial.test_connection", lambda *_: report)
        yield schemathesis.openapi.from_asgi("/openapi.json", app, config=CONFIG)
    engine.dispose()


def test_every_route_is_described(described: Any) -> None:
    operations = [one.ok() for one in described.get_all_operations()]
    assert {(one.method.upper(), one.path.removeprefix(PATH)) for one in operations} == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_api_keeps_to_its_description(described: Any, method: str, path: str) -> None:
    operation = described[PATH + path][method]
    # Whoever saves says on top of what, or learns no more than that.
    headers = {"If-Match": "*"} if method in {"PUT", "PATCH"} else {}
    modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if operation.body else [])]
    for mode in modes:

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.filter_too_much],
        )
        def keep_to_it(case: Any) -> None:
            # A library that is built for tests allows what would make them wait.
            expiry = case.body.get("message_expiry_seconds") if isinstance(case.body, dict) else None
            hypothesis.assume(not isinstance(expiry, (int, float)) or expiry >= 60)
            case.call_and_validate(headers=headers)

        keep_to_it()
