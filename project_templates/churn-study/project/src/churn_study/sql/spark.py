"""The same questions on Spark: the one module that knows PySpark and sqlglot. Needs the extra `spark`, and Java.

Here Spark runs on this machine; on a cluster the session is the cluster's, and the Parquet files lie where it reads.
"""

import pandas as pd

from churn_study.kit.project import ExplainedError
from churn_study.sql import queries
from churn_study.sql.queries import PARQUET, Query


def run(asked: list[Query]) -> list[tuple[Query, pd.DataFrame]]:
    """The answers, as DuckDB gives them; ExplainedError where Spark is not installed or does not start."""
    try:
        import sqlglot  # type: ignore[import-not-found,unused-ignore]  # an extra
        from pyspark.sql import SparkSession  # type: ignore[import-not-found,unused-ignore]  # an extra
    except ImportError as error:
        raise ExplainedError("Spark is not installed: `uv sync --extra spark`, or pip with `.[spark]`") from error
    queries.export(PARQUET)
    settings = {"spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC"}
    try:
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    except Exception as error:  # PySpark has several for a Java that is missing or too old
        raise ExplainedError(f"Spark does not start: {error}. It needs Java 17 or newer") from error
    try:
        for path in sorted(PARQUET.glob("*.parquet")):
            session.read.parquet(str(path)).createOrReplaceTempView(path.stem)
        translated = [(each, sqlglot.transpile(each.sql, read="duckdb", write="spark")[0]) for each in asked]
        return [(each, session.sql(sql).toPandas()) for each, sql in translated]
    finally:
        session.stop()
