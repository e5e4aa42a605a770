"""Where things are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHES = ROOT / "benches"
WORK = ROOT / "target" / "benches"
"""What is built and measured."""
DEBIAN = ROOT / "target" / "debian"
"""Where tools/debian unpacks packages."""
RESULTS = WORK / "results.jsonl"
REPORT = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "performance"
