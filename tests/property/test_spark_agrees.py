"""Spark decides as generated Python does, on many rows of a few drawn packs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyspark.sql import SparkSession
from sql_held import Row, create, fit_for_databases, hold

from oferta.core.terms.program import compile_program
from oferta.core.terms.simulating.spark import session
from packs import Asked, assuming

#: Rows of each query: one costs Spark seconds, however few they are.
ROWS = 600


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    with fit_for_databases(), session() as own:
        # Interpreted: compiling such SQL takes longer than all the rows.
        own.conf.set("spark.sql.codegen.wholeStage", "false")
        own.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        yield own


def mixed(drawn: Asked) -> Asked:
    """Return many rows, each fact taken from one of those drawn."""
    pick = random.Random(0)
    rows = [{name: pick.choice(drawn.rows)[name] for name in drawn.rows[0]} for _ in range(ROWS)]
    return replace(drawn, rows=(*drawn.rows, *rows))


@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(drawn=assuming(row_count=6))
def test_spark_decides_as_python_does(drawn: Asked, spark: SparkSession) -> None:
    many = mixed(drawn)
    columns, rows = create(many, compile_program(many.pack, many.edition, many.question))
    schema = columns.replace('"', "`").replace("TEXT", "STRING")
    spark.createDataFrame(rows, schema).createOrReplaceTempView("drawn")

    def ask(sql: str) -> list[Row]:
        return [row.asDict() for row in spark.sql(sql).collect()]

    hold(many, "spark", ask)
