"""The two errors that AlexNet prints of everything, as columns of a table."""

from repro.spec.claims import Column

TOP1 = Column("", "top1", measure="top-1 error", metric="top1_error")
TOP5 = Column("", "top5", measure="top-5 error", metric="top5_error")
