"""Whatever is sent, the service never fails: requests made by Schemathesis from /openapi.json.

`WARRANT_FUZZ` is the number of requests for each operation, 3 if not given.
"""

from __future__ import annotations

import os
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from endpoint import Endpoint
from service import get, post

REQUESTS: Final = int(os.environ.get("WARRANT_FUZZ", "3"))
HANDLE: Final = "handle"


def handle_of(endpoint: Endpoint) -> str:
    """The handle of an assessment, so that more than 404 is found behind it."""
    case = {"findings": [{"concept": "pancytopenia"}], "plans": [{"concept": "ESA"}]}
    return str(post(endpoint, case).json()["handle"])


def asked(endpoint: Endpoint, operation: Any, handle: str) -> int:
    """How many requests of an operation were answered, such as its schema allows and such as it does not."""
    made = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode))
    statuses = []

    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=made)
    def ask(case: Any) -> None:
        if HANDLE in (case.path_parameters or {}):
            case.path_parameters[HANDLE] = handle
        response = case.call(base_url=endpoint.root, timeout=60)
        case.validate_response(response, checks=[not_a_server_error])
        statuses.append(response.status_code)

    ask()
    return len(statuses)


def test_no_request_that_the_manual_allows_or_forbids_makes_the_service_fail(endpoint: Endpoint) -> None:
    # given every operation of the manual, and an assessment that its addresses lead to
    document = get(endpoint, "/openapi.json").json()
    described = list(schemathesis.openapi.from_dict(document).get_all_operations())
    operations = [found.ok() for found in described if isinstance(found, Ok)]
    assert len(operations) == len(described) >= 20
    handle = handle_of(endpoint)
    # when each is asked for in many ways, then none is answered by a server error
    counts = [asked(endpoint, operation, handle) for operation in operations]
    assert min(counts) >= 1
