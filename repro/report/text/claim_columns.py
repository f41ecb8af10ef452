"""The columns of a page's table of claims: those that the page shows, and those for programs alone."""

from __future__ import annotations

from repro.report.text.tables import Column

OURS = "Here, with 90 % interval"
SEEDS_LABEL = "· seeds that would tell:"
MEANS = "Mean ± sd over seeds"
COLUMNS = (
    Column(key="variant", title="Variant", group="Variant"),
    Column(key="name", title="Name", group="Variant"),
    Column(key="change", title="Changed", group="Variant", only_csv=True),
    Column(key="why", title="Why it is here", group="Variant", only_csv=True),
    Column(key="statement", title="Claim", group="Claim"),
    Column(key="measure", title="Measure", group="Claim"),
    Column(key="claim", title="Claim's name", group="Claim"),
    Column(key="where", title="Where", group="Claim", label="·", inline=True),
    Column(key="paper", title="Paper", group="Paper", kind="number"),
    Column(key="paper_relative", title="Paper, change of error, %", group="Paper", kind="number"),
    Column(key="paper_log_ratio", title="Paper, log ratio", group="Paper", kind="number", only_csv=True),
    Column(key="estimate", title="Here", group=OURS, kind="number"),
    Column(key="estimate_ci90", title="90 % interval", group=OURS, kind="interval"),
    Column(key="estimate_ci95", title="95 % interval", group=OURS, kind="interval", only_csv=True),
    Column(key="relative", title="Here, change of error, %", group=OURS, kind="number"),
    Column(key="relative_ci90", title="90 % interval, change of error", group=OURS, kind="interval"),
    Column(key="log_ratio", title="Here, log ratio", group=OURS, kind="number", only_csv=True),
    Column(key="log_ratio_ci90", title="90 % interval, log ratio", group=OURS, kind="interval", only_csv=True),
    Column(key="log_ratio_ci95", title="95 % interval, log ratio", group=OURS, kind="interval", only_csv=True),
    Column(key="arm", title="Arm", group=MEANS),
    Column(key="arm_mean", title="Arm, mean", group=MEANS, kind="number"),
    Column(key="arm_sd", title="Arm, sd", group=MEANS, kind="number", label="±", inline=True),
    Column(key="arm_n", title="Arm, n", group=MEANS, kind="number", label="· n =", inline=True),
    Column(key="against", title="Against", group=MEANS),
    Column(key="against_mean", title="Against, mean", group=MEANS, kind="number"),
    Column(key="against_sd", title="Against, sd", group=MEANS, kind="number", label="±", inline=True),
    Column(key="against_n", title="Against, n", group=MEANS, kind="number", label="· n =", inline=True),
    Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    Column(key="size", title="Size", group="Verdict", inline=True),
    Column(key="evidence", title="Evidence", group="Verdict"),
    Column(key="p_adjusted", title="p, adjusted", group="Verdict", kind="number", only_csv=True),
    Column(key="seeds_needed", title="Seeds for 80 % power", group="Verdict", kind="number", label=SEEDS_LABEL, inline=True),
    Column(key="parts", title="Parts", group="Verdict"),
    Column(key="reason", title="Why", group="Verdict"),
)
