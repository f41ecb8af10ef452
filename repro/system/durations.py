"""Say how long something takes, in the same words wherever a user reads it."""

from __future__ import annotations


def roughly(seconds: float) -> str:
    """Write a time span that nobody knows exactly: to ten seconds below two minutes, to a minute below two hours."""
    for below, step in ((120, 10), (7200, 60)):
        if seconds < below:
            whole = max(step, round(seconds / step) * step)
            return f"{whole} s" if whole < 120 else f"{whole // 60} min"
    return duration(seconds)


def duration(seconds: float | None) -> str:
    """Write a time span in its two largest units: `9.3 s`, `3 min 05 s`, `2 h 10 min`; nothing for None."""
    if seconds is None:
        return ""
    if 0 < seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for name, size, smaller, smaller_size in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= size:
            return f"{whole // size} {name} {whole % size // smaller_size:02d} {smaller}"
    return f"{whole} s"
