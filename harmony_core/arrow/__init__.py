"""Arrow batches of conversations or outputs -> Arrow batches of tokens or findings.

``render_batch`` renders a column of conversations, ``inspect_batch`` inspects a column of
outputs. A batch goes in and a batch comes out: other columns are carried through, and a row
that is at fault becomes a row that says so. They need the extra ``harmony-core[arrow]``, which
is pyarrow, and run as they are in ``datasets``, Ray, Spark, Daft and Dask: see
``docs/batch.md``.
"""

try:
    import pyarrow as pa  # noqa: F401 - to say what to install if it is not there
except ImportError as error:
    raise ImportError(
        "harmony_core.arrow needs pyarrow: pip install 'harmony-core[arrow]'"
    ) from error

from harmony_core.arrow.inspect import inspect_batch, inspect_schema
from harmony_core.arrow.render import render_batch, render_schema
from harmony_core.arrow.settings import InspectSettings, RenderSettings, SettingsError

__all__ = [
    "InspectSettings",
    "RenderSettings",
    "SettingsError",
    "inspect_batch",
    "inspect_schema",
    "render_batch",
    "render_schema",
]
