"""What the service asks of a voice worker and what it is told, by the JSON Schema that both sides share."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from temporalio.exceptions import ApplicationError


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads(files("voicebot_workers").joinpath("voice-worker.schema.json").read_text())
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def checked(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value, if it is as the contract has it. Raises ApplicationError `invalid-request`."""
    error = next(iter(_validator(name).iter_errors(value)), None)
    if error is None:
        return value
    where = ".".join(str(part) for part in error.absolute_path) or name
    raise ApplicationError(f"{name}: {where}: {error.message}", type="invalid-request", non_retryable=True)
