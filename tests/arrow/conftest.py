"""These tests need what ``requirements/batch.txt`` pins, which the fast tests go without."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyarrow") else ["test_*.py"]
