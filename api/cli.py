"""The command `warrant` with what needs the service."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from kg.commands import dispatch as cli

COMMANDS: Final[Mapping[str, str]] = {**cli.COMMANDS, "serve": "api.serve", "mcp": "api.stdio"}


def main() -> int:
    """Run one command. Exit status: 0 done, 1 a check failed, 2 the input is wrong."""
    return cli.main(sys.argv[1:], COMMANDS)


if __name__ == "__main__":
    raise SystemExit(main())
