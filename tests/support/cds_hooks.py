"""JSON Schemas of CDS Hooks 2.0, written from its text: discovery, requests and responses (cds-hooks.hl7.org/2.0)."""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs

Schema = dict[str, Any]
HOOKS: Final = {
    "warrant-patient-view": "patient-view",
    "warrant-order-select": "order-select",
    "warrant-order-sign": "order-sign",
}
TEXT: Final[Schema] = {"type": "string", "minLength": 1}
URL: Final[Schema] = {"type": "string", "format": "uri"}
UUID: Final[Schema] = {"type": "string", "format": "uuid"}
RESOURCE: Final[Schema] = {"type": "object", "required": ["resourceType"]}
CODING: Final[Schema] = {
    "type": "object",
    "required": ["code", "system"],
    "properties": {"code": TEXT, "system": URL, "display": TEXT},
}


def closed(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def items(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


ACTION: Final[Schema] = closed(
    ["type", "description"],
    type={"enum": ["create", "update", "delete"]},
    description=TEXT,
    resource=RESOURCE,
    resourceId=TEXT,
) | {
    "if": {"properties": {"type": {"enum": ["create", "update"]}}},
    "then": {"required": ["resource"]},
}
SUGGESTION: Final = closed(["label"], label=TEXT, uuid=UUID, isRecommended={"type": "boolean"}, actions=items(ACTION))
LINK: Final = closed(
    ["label", "url", "type"], label=TEXT, url=URL, type={"enum": ["absolute", "smart"]}, appContext={"type": "string"}
)
CARD: Final[Schema] = closed(
    ["summary", "indicator", "source"],
    uuid=UUID,
    summary={"type": "string", "minLength": 1, "maxLength": 139},
    detail={"type": "string"},
    indicator={"enum": ["info", "warning", "critical"]},
    source=closed(["label"], label=TEXT, url=URL, icon=URL, topic=CODING),
    suggestions=items(SUGGESTION),
    selectionBehavior={"enum": ["at-most-one", "any"]},
    overrideReasons=items(CODING | {"required": ["code", "system", "display"]}),
    links=items(LINK),
) | {"dependentRequired": {"suggestions": ["selectionBehavior"]}}
SERVICE: Final = closed(
    ["hook", "description", "id"],
    hook=TEXT,
    title=TEXT,
    description=TEXT,
    id=TEXT,
    prefetch={"type": "object", "additionalProperties": TEXT},
    usageRequirements=TEXT,
)
# what each hook's definition requires in its context, version 1
CONTEXTS: Final = {
    "patient-view": ["userId", "patientId"],
    "order-select": ["userId", "patientId", "selections", "draftOrders"],
    "order-sign": ["userId", "patientId", "draftOrders"],
}


def _request(hook: str) -> Schema:
    context: Schema = {
        "type": "object",
        "required": CONTEXTS[hook],
        "properties": {"userId": TEXT, "patientId": TEXT, "encounterId": TEXT, "selections": items(TEXT)},
    }
    return {
        "type": "object",
        "required": ["hook", "hookInstance", "context"],
        "properties": {
            "hook": {"const": hook},
            "hookInstance": UUID,
            "fhirServer": URL,
            "fhirAuthorization": {"type": "object", "required": ["access_token", "token_type"]},
            "context": context,
            "prefetch": {"type": "object"},
        },
        "dependentRequired": {"fhirAuthorization": ["fhirServer"]},
    }


def _validator(schema: Schema) -> Any:
    return jsonschema_rs.validator_for(schema, validate_formats=True)


RESPONSES: Final = _validator(closed(["cards"], cards=items(CARD), systemActions=items(ACTION)))
DISCOVERY: Final = _validator(closed(["services"], services=items(SERVICE)))
REQUESTS: Final = {hook: _validator(_request(hook)) for hook in CONTEXTS}
