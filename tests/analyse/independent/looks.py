"""Looks: which seeds belong to the one at which a claim stands, and what its interval must cover.

Of claims.json is read at how many seeds a claim is looked at and which look it is; of ledger.jsonl which seeds were planned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.analyse.independent.folder import Folder


def level(claim: Mapping[str, Any]) -> float:
    """Of k looks each leaves out a k-th of what one would."""
    num = len(claim.get("look", {}).get("planned", ()))
    return 1 - 0.1 / num if num > 1 else 0.9


def at_look(folder: Folder, claim: Mapping[str, Any]) -> Folder:
    """The folder without the runs of seeds that are in no look up to that of the claim."""
    look = claim.get("look", {})
    planned = look.get("planned", ())
    if not planned:
        return folder
    key = (claim["paper"], planned[0], planned[look["number"] - 1])
    if key not in folder.looks:
        folder.looks[key] = _restricted(folder, *key)
    return folder.looks[key]


def _restricted(folder: Folder, paper: str, first: int, num: int) -> Folder:
    wanted = _planned(folder.path, paper)
    kept = []
    for variant in {name for of, name in folder.all_seeds if of == paper}:
        there, besides = folder.all_seeds[paper, variant], {seed for seed in wanted.get(variant, ()) if seed >= first}
        allowed = set(range(num)) | (besides if besides <= there else set())
        kept += [(paper, variant, str(seed)) for seed in allowed]
    rows = folder.rows
    index = rows.set_index(["paper", "variant", "seed"]).index
    found = Folder(folder.path)
    found.__dict__["rows"] = rows[index.isin(kept)]  # in the place of what would be read
    return found


def _planned(path: Path, paper: str) -> dict[str, set[int]]:
    """By variant the seeds of the first plan that names it."""
    found: dict[str, set[int]] = {}
    ledger = path / "ledger.jsonl"
    for line in ledger.read_text().splitlines() if ledger.is_file() else ():
        event = json.loads(line)
        if event["kind"] == "plan":
            for name, seeds in event["event"]["seeds"].items():
                if name.startswith(f"{paper}/"):
                    found.setdefault(name.split("/")[1], set(seeds))
    return found
