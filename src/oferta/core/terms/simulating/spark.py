"""A history decided by Spark: on this machine, or on the cluster whose master is named."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oferta.core.terms.simulating.errors import EngineFailed, EngineMissing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL = "local[*]"
#: Numbers are checked for overflow, names are quoted as everywhere, days are those of UTC.
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}


@contextmanager
def session(master: str = "") -> Iterator[SparkSession]:
    """Give a session of Spark, and end it.

    Args:
        master: of a cluster; "": this machine.

    Raises:
        EngineMissing: pyspark or Java is not installed.
        EngineFailed: Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra, slow to load
        from pyspark.sql import SparkSession  # noqa: PLC0415 - as above
    except ImportError as error:
        raise EngineMissing(engine="spark", needs="pip install oferta[spark]") from error
    if shutil.which("java") is None:
        raise EngineMissing(engine="spark", needs="a Java runtime of version 17 or later")
    with tempfile.TemporaryDirectory(prefix="oferta-spark-") as folder, warnings.catch_warnings():
        # Sockets to the Java process stay open as long as it runs: Spark closes them with it.
        warnings.simplefilter("ignore", ResourceWarning)
        builder = SparkSession.builder.master(master or LOCAL).appName("oferta")
        own = {"spark.sql.warehouse.dir": folder, "spark.log.level": "ERROR"}
        for name, value in (_SETTINGS | own | ({} if master else _LOCAL)).items():
            builder = builder.config(name, value)
        try:
            made = builder.getOrCreate()
        except (PySparkException, RuntimeError) as error:
            raise EngineFailed(engine="spark", reason=_first(error)) from error
        try:
            yield made
        except PySparkException as error:
            raise EngineFailed(engine="spark", reason=_first(error)) from error
        finally:
            made.stop()


def decided(master: str, events: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement over the table `events`, a Parquet file of coded facts."""
    with session(master) as own:
        own.read.parquet(str(events)).createOrReplaceTempView("events")
        return [tuple(row) for row in own.sql(sql).collect()]


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
