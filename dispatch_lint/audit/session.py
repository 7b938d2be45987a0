"""The Spark session of an audit: the one that is there, or one made as the options say."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession


def session(
    master: str | None, remote: str | None, conf: Mapping[str, str] | None = None
) -> SparkSession:
    """A session: over Spark Connect, on a master, or the one that `spark-submit` has made ready.

    Args:
        conf: settings of Spark.

    Raises:
        InputError: PySpark is not installed, or Spark does not answer.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError("audit needs PySpark: pip install 'dispatch-lint[spark]'") from error
    # Executors on this machine run the interpreter that runs this.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("dispatch-lint audit")
    if remote:
        builder = builder.remote(remote)
    elif master:
        builder = builder.master(master)
    elif "SPARK_ENV_LOADED" not in os.environ and not os.environ.get("SPARK_REMOTE"):
        builder = builder.master("local[*]")  # nobody said where
    for name, value in (conf or {}).items():
        builder = builder.config(name, value)
    try:
        made: SparkSession = builder.getOrCreate()
        made.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "5000")
        made.conf.set("spark.sql.session.timeZone", "UTC")
    except (PySparkException, RuntimeError, OSError) as error:
        raise InputError(f"Spark does not answer: {str(error).splitlines()[0]}") from error
    return made
