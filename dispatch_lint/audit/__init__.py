"""Whole estates: the rules of `check`, on Apache Spark.

Data flow: rows → `_work/rows` (numbered, so that nothing depends on when they are read again) →
documents judged by the ordinary engine → `_work/records` (violations, facts, counts) → facts
grouped by Spark, judged by the ordinary rules → judgements located in their rows → violations.

Executors import this package; nothing of the estate that grows with it comes to the driver but the
names of files, counts, and at most a thousand missing names.
"""
