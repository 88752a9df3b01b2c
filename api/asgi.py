"""The application for an ASGI server, configured by the environment: `uvicorn api.asgi:app`."""

from __future__ import annotations

from api.app import create_app
from api.config import Config

app = create_app(Config.from_environment())
