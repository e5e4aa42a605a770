"""Where things are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCHES = ROOT / "benches"
WORK = ROOT / "target" / "benches"
"""What is built and measured."""
DEBIAN = ROOT / "target" / "debian"
"""Where tools/debian unpacks packages."""
RESULTS = WORK / "results"
"""The records of full runs, a file for each group."""
REPORT = ROOT / "docs" / "performance.md"
TRIAL_RESULTS = WORK / "trial"
"""The same of quick runs and of runs with some of the peers."""
TRIAL_REPORT = TRIAL_RESULTS / "performance.md"
