"""Any number of conversations or outputs: shards, a plan, files that a kill leaves sound.

``run_batch`` cuts the inputs into shards. A shard is one task and makes one Parquet file, which
is written aside and renamed. What is there is not made again, so that a run that was killed
goes on where it was. With Ray (the extra ``harmony-core[ray]``) shards run on all cores or on a
cluster, else one after the other in this process. See ``docs/batch.md``.
"""

import harmony_core.arrow  # noqa: F401 - which says what to install if there is no pyarrow
from harmony_core.batch.failures import BatchError
from harmony_core.batch.plan import Plan, make_plan
from harmony_core.batch.report import Report, make_report
from harmony_core.batch.run import Progress, Summary, run_batch

__all__ = [
    "BatchError",
    "Plan",
    "Progress",
    "Report",
    "Summary",
    "make_plan",
    "make_report",
    "run_batch",
]
