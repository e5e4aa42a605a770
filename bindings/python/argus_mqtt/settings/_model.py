"""The settings as a pydantic model, generated from the library's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from argus_mqtt._settings_fields import Settings

from . import _schema
from ._judge import judge

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from argus_mqtt._errors import Fault


class _Judged(BaseModel):
    """The base of the settings: only the library checks them."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="wrap")
    @classmethod
    def _judge(cls, given: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(given, Mapping):
            return handler(given)
        report = judge(given)
        if report.settings is None:
            errors = [_error(fault) for fault in report.faults]
            raise ValidationError.from_exception_data(cls.__name__, errors, hide_input=True)
        # The report leaves the password out. What was given stays apart from what is filled in here.
        settings = handler({**report.settings, "password": given.get("password") or None})
        settings.__pydantic_fields_set__.clear()
        settings.__pydantic_fields_set__.update(name for name, value in given.items() if value is not None)
        return settings

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: object, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return _schema.library_schema()


def _error(fault: Fault) -> InitErrorDetails:
    kind = PydanticCustomError(fault.code, fault.message)  # pyright: ignore[reportArgumentType]
    return InitErrorDetails(type=kind, loc=(fault.field,), input=fault.value)


def _fields() -> dict[str, Any]:
    types = get_type_hints(Settings)
    schema = _schema.library_schema()
    return {
        name: (
            types[name],
            Field(
                ... if name in schema["required"] else rules.get("default"),
                title=rules["title"],
                description=rules["description"],
                repr=not rules.get("writeOnly", False),
            ),
        )
        for name, rules in schema["properties"].items()
    }


_DOCUMENTATION = """The settings of a client, with the names, types, defaults, help and messages of the library.

The library judges them: each of its faults is a validation error at the field. A model that exists is valid, can't be
changed, and has every default filled in; `model_fields_set` and `model_dump(exclude_unset=True)` tell what was given.
"""

if TYPE_CHECKING:

    class MQTTSettings(_Judged):
        """The settings of a client."""

        def __init__(self, **settings: Unpack[Settings]) -> None:
            """Take settings by name."""

        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401

else:
    MQTTSettings = create_model(
        "MQTTSettings", __base__=_Judged, __module__="argus_mqtt.settings", __doc__=_DOCUMENTATION, **_fields()
    )
