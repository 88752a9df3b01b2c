"""Where things lie: the checkout, and beside it the articles and their claims where they are at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SUPPORT: Final = ROOT / "tests" / "support"
SHARED: Final = ROOT.parent / "shared"
