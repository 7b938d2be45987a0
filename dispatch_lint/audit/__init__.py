"""Whole estates: the rules of `check`, on Apache Spark.

Data flow: rows → `_work/rows` (numbered, so that nothing depends on when they are read again) →
documents checked by the ordinary engine → `_work/records` (violations, facts, claims, reports) →
facts grouped by Spark, judged by the ordinary rules → judgements located in their rows →
violations. The reports are merged on the driver, as those of processes are.

Executors import this package; nothing of the estate that grows with it comes to the driver but the
names of files, counts, and at most a thousand missing names.
"""
