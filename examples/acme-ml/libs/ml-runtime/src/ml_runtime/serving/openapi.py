"""The OpenAPI document of one model's server, made from the schema that training recorded."""

from __future__ import annotations

from typing import Any

from ..schema import Column, Schema
from ..values import LARGEST_NUMBER
from .media_types import CSV, JSON, JSON_LINES, NPY
from .settings import ServingSettings

# Of OpenAPI: the first whose schemas are JSON Schema.
VERSION = "3.1.0"

# The schema's types, and JSON Schema's.
TYPES = {"double": "number", "long": "integer", "boolean": "boolean", "string": "string"}

# HTTP statuses that a request may be refused with.
REFUSALS = {
    "400": "The body cannot be read.",
    "406": "None of the accepted media types can be given.",
    "408": "The body did not arrive in time.",
    "413": "The body, or one of its rows, is too large.",
    "415": "The content type cannot be read.",
    "422": "Rows do not fit the schema; every problem is listed.",
    "503": "Too many requests wait for the model.",
}


def openapi_document(schema: Schema, settings: ServingSettings) -> dict[str, Any]:
    """Return the document as data.

    Args:
        schema: The model's schema.
        settings: The server's settings; the limits are named.
    """
    return {
        "openapi": VERSION,
        "info": {
            "title": f"Predicts {schema.target}",
            "version": "1",
            "description": f"{schema.flavour} model. {schema.source}".strip(),
        },
        "paths": {
            "/ping": {"get": _simple("Says that the model is loaded and warm.", "status")},
            "/execution-parameters": {
                "get": _simple("Says how batch transform should call.", "MaxPayloadInMB")
            },
            "/invocations": {"post": _invocations(schema, settings)},
        },
        "components": {
            "schemas": {
                "Row": _row(schema),
                "Prediction": _prediction(schema),
                "Predictions": _object({"predictions": _list(_reference("Prediction"))}),
                "Refusal": _refusal(),
            }
        },
    }


def _invocations(schema: Schema, settings: ServingSettings) -> dict[str, Any]:
    rows = _list(_reference("Row"), settings.rows)
    columns = {column.name: _list(_value(column), settings.rows) for column in schema.inputs}
    required = [column.name for column in schema.inputs if column.required]
    text, binary = {"type": "string"}, {"type": "string", "format": "binary"}
    bodies: dict[str, dict[str, Any]] = {
        JSON: {
            "oneOf": [
                _object({"instances": rows}),
                _object({"inputs": {"oneOf": [rows, _object(columns, required)]}}),
            ]
        },
        JSON_LINES: text,
        CSV: text,
        NPY: binary,
    }
    answers = {JSON: _reference("Predictions"), JSON_LINES: text, CSV: text, NPY: binary}
    return {
        "operationId": "invoke",
        "summary": f"Predicts {schema.target} for one or more rows.",
        "parameters": [
            {
                "name": "explain",
                "in": "query",
                "description": "Adds what each input contributed (JSON bodies and answers).",
                "schema": {"type": "string", "enum": ["true", "false"]},
            }
        ],
        "requestBody": {"required": True, "content": _content(bodies)},
        "responses": {
            "200": {"description": "The predictions, in order.", "content": _content(answers)},
            **{
                status: {
                    "description": reason,
                    "content": _content({JSON: _reference("Refusal")}),
                }
                for status, reason in REFUSALS.items()
            },
        },
    }


def _row(schema: Schema) -> dict[str, Any]:
    values = [_value(column) for column in schema.inputs]
    positional = {
        "type": "array",
        "prefixItems": values,
        "minItems": len(values),
        "maxItems": len(values),
    }
    named = {column.name: _value(column) for column in schema.inputs}
    required = [column.name for column in schema.inputs if column.required]
    forms = [positional, _object(named, required)]
    if len(values) == 1 and schema.inputs[0].shape is not None:
        # The only input is a tensor: a row is the tensor itself.
        forms[0] = values[0]
    elif len(values) == 1 and schema.inputs[0].type == "string":
        forms.append(values[0])
    return {"oneOf": forms}


def _value(column: Column) -> dict[str, Any]:
    """What one input may be; ranges seen in training are told, not demanded."""
    if column.shape is not None:
        return _tensor(column)
    kind = TYPES[column.type]
    value: dict[str, Any] = {"type": kind if column.required else [kind, "null"]}
    if column.is_text:
        value |= {"minLength": 1 if column.required else 0, "maxLength": column.max_length}
    if kind in ("number", "integer"):
        value |= {"minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}
    told = [] if column.unit is None else [f"Unit: {column.unit}."]
    if column.range is not None:
        told.append(f"Seen in training: {column.range[0]:g} to {column.range[1]:g}.")
    if column.categories is not None:
        known = ", ".join(column.categories[:20])
        told.append(f"Known: {known}. Others count as unknown.")
    return value | {"description": " ".join(told)} if told else value


def _tensor(column: Column) -> dict[str, Any]:
    whole = column.dtype != "float32"
    value: dict[str, Any] = {"type": "integer" if whole else "number"}
    if column.dtype == "uint8":
        value |= {"minimum": 0, "maximum": 255}
    for size in reversed(column.shape or ()):
        value = {"type": "array", "items": value, "minItems": size, "maxItems": size}
    return value


def _prediction(schema: Schema) -> dict[str, Any]:
    if schema.task == "regression":
        value: dict[str, Any] = {"type": "number"}
        if schema.target_unit is not None:
            value["description"] = f"Unit: {schema.target_unit}."
        properties = {"value": value}
    else:
        share = {"type": "number", "minimum": 0, "maximum": 1}
        shares = _object(dict.fromkeys(schema.classes, share))
        label = {"type": "string", "enum": list(schema.classes)}
        properties = {"label": label, "probabilities": shares}
    # "review", "explanation" and whatever comes later are no surprise.
    return _object(properties) | {"additionalProperties": True}


def _refusal() -> dict[str, Any]:
    text = {"type": "string"}
    problem = _object({"row": {"type": "integer"}, "column": text, "reason": text}, ["reason"])
    error = _object(
        {
            "code": text,
            "reason": text,
            "problems": {"type": "array", "items": problem},
            "problemCount": {"type": "integer"},
        },
        ["code", "reason"],
    )
    return _object({"error": error})


def _simple(summary: str, key: str) -> dict[str, Any]:
    answer = {"type": "object", "required": [key]}
    return {
        "summary": summary,
        "responses": {"200": {"description": summary, "content": _content({JSON: answer})}},
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], most: int | None = None) -> dict[str, Any]:
    limit = {} if most is None else {"maxItems": most}
    return {"type": "array", "items": items, "minItems": 1} | limit


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {media_type: {"schema": schema} for media_type, schema in schemas.items()}
