"""Access logs of servers hold addresses, and addresses hold handles and queries: they are not written."""

from __future__ import annotations

import logging
from typing import Final

ACCESS_LOGS: Final = ("uvicorn.access", "gunicorn.access", "hypercorn.access", "daphne.http_protocol", "granian.access")


def _nothing(record: logging.LogRecord) -> bool:
    return False


def silence_access_logs() -> None:
    """Let no server that runs the application write an access log."""
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(_nothing)
