"""Opening Spark for the commands that compute on a cluster."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Spark is there only where a cluster is.
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
# Some hundred people at once, as the nightly run has them.
ROWS_AT_ONCE = 200_000


def opened(master: str) -> "SparkSession":
    """A session that listens on the loopback alone and shows no page of its own."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 (only where Spark is)

    # It tells of every line between the two languages, also when the log is closed already.
    logging.getLogger("py4j").setLevel(logging.ERROR)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.executorEnv.PYTHONPATH": str(ROOT),
        "spark.sql.shuffle.partitions": "4" if master.startswith("local") else "200",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_AT_ONCE),
    }
    builder = SparkSession.builder.master(master).appName("features")
    for name, value in settings.items():
        builder = builder.config(name, value)
    found: SparkSession = builder.getOrCreate()
    return found
