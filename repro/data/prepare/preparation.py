"""Prepare a data set, of images or of videos: verify what is there, make what is missing or damaged, describe it.

What comes out is described in `dataset.json`, which is written last: where it exists, the data set is complete.
Which examples go into which shard follows from the source's listing alone, so that a restart, another number of
threads or a refused file moves no other shard's content. What each shard left is kept beside the shards
(repro.data.prepare.journal): a damaged file is made again without reading the rest of the source, and so is the shard of
a file of the user that was changed (repro.data.files.inventory). Every file of the user is accounted for, in one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from repro.artifacts.dataset_json import (
    FILE,
    DatasetJson,
    MadeFrom,
    read_dataset,
    write_dataset,
)
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import code_digest, plain, spec_digest
from repro.data.files.account import (
    account_lines,
    check_left_out,
    write_csv,
)
from repro.data.files.inventory import Inventory, compared, read_inventory, write_inventory
from repro.data.files.reading import MAX_VIDEO_BYTES, content_hash
from repro.data.prepare.description import REFUSED, Description
from repro.data.prepare.journal import Journal, PreparePlan
from repro.data.prepare.packer import Made, Packer, contents_of, inputs_of
from repro.data.prepare.shard_plan import ShardPlan
from repro.data.sources.source import SourceError
from repro.spec.datasets import MAX_LEFT_OUT
from repro.system.progress import Progress, Say

if TYPE_CHECKING:
    pass

#: Fields of a data set's specification that decide no byte of what is stored: names, and what makes a preparation fail.
DECIDE_NO_BYTE = ("name", "title", "of", "max_refused")


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """A data set on its way into `folder`. num_threads: that read back what is there.

    max_left_out: share of the user's files above which preparation stops if they would not be used, in [0, 1].
    """

    packer: Packer
    folder: Path
    stage: str
    num_threads: int
    say: Say
    shard_bytes: int
    max_left_out: float = MAX_LEFT_OUT

    def run(self) -> None:
        """Make what is not there or differs from what was made; leave the rest as it is.

        Raises:
            SourceError: the source is wrong, or more files than the data set allows were refused.
        """
        now = self._inventory()
        made_from = self._made_from(now)
        found = self._found(made_from, now)
        differs = self._differs(found) if found else []
        if found and not differs:
            self._refresh(found)
            self._store_inventory(now, {})
            return
        for file in differs:
            self._tell(f"{file} is not the file that was made; it is made again")
        (self.folder / FILE).unlink(missing_ok=True)
        plans = self._plans()
        self._check_left_out(sum(len(plan.positions) for plan in plans))
        if now is not None:
            write_inventory(self.folder, now)
        made = self._shards(plans, self._journal(made_from), now)
        description = Description(packer=self.packer, folder=self.folder)
        dataset = description.written(made, made_from)
        self._store_inventory(now, contents_of(self.packer, made))
        write_dataset(self.folder, dataset)
        for line in account_lines(dataset.left_out):
            self.say(line)
        self._tell(description.done(dataset))

    def _inventory(self) -> Inventory | None:
        """The user's files as they are now; None if there are none."""
        files = self.packer.origin.files
        if files is None:
            return None
        return compared(files, read_inventory(self.folder), most_bytes=MAX_VIDEO_BYTES)

    def _store_inventory(self, now: Inventory | None, contents: Mapping[str, int]) -> None:
        """Store what is known of the user's files. contents: hashes of examples; lists, which are short, are hashed here."""
        files = self.packer.origin.files
        if now is None or files is None:
            return
        lists = {file.name: content_hash(files.root / file.name, most=MAX_VIDEO_BYTES) for file in files.lists}
        write_inventory(self.folder, now.read({**contents, **lists}))

    def _plans(self) -> list[ShardPlan]:
        return self.packer.plans(shard_bytes=self.shard_bytes)

    def _journal(self, made_from: MadeFrom) -> Journal:
        plan = PreparePlan(
            spec_digest=made_from.spec_digest,
            code_digest=made_from.code_digest,
            decoder=self.packer.decoder,
            shard_bytes=self.shard_bytes,
        )
        return Journal(self.folder, plan=plan)

    def _check_left_out(self, num_listed: int) -> None:
        files, dataset = self.packer.origin.files, self.packer.dataset
        if files is not None:
            rows = files.left_out.rows
            check_left_out(rows, num_listed=num_listed, most=self.max_left_out, name=dataset.name, unit=self.packer.unit)

    def _tell(self, text: str) -> None:
        self.say(f"prepare {self.packer.dataset.name}: {text}")

    def _made_from(self, now: Inventory | None) -> MadeFrom:
        spec = plain(self.packer.dataset)
        return MadeFrom(
            spec_digest=spec_digest({key: value for key, value in spec.items() if key not in DECIDE_NO_BYTE}),
            code_digest=code_digest(self.stage),
            source_fingerprint=self.packer.origin.fingerprint or (now.state if now else ""),
        )

    def _found(self, made_from: MadeFrom, now: Inventory | None) -> DatasetJson | None:
        """The description that is there, if it is whole and made from the same; else say why it is not believed."""
        try:
            found = read_dataset(self.folder)
        except MissingFileError:
            return None
        except FileFormatError:
            self._tell(f"{FILE} is not the file that was made; it is made again")
            return None
        pairs = (
            ("its settings", found.made_from.spec_digest, made_from.spec_digest),
            ("the code that prepares", found.made_from.code_digest, made_from.code_digest),
            ("its source", found.made_from.source_fingerprint, made_from.source_fingerprint),
        )
        changed = [what for what, before, after in pairs if before != after]
        if changed == ["its source"] and now is not None and now.changes.text:
            self._tell(f"{now.changes.text}: prepared anew, where they go")
        elif changed:
            self._tell(f"prepared anew, since {' and '.join(changed)} changed")
        return None if changed else found

    def _differs(self, found: DatasetJson) -> list[str]:
        """The files of a data set that are missing or changed since they were made."""
        files = found.files()
        with ThreadPoolExecutor(self.num_threads) as pool:
            whole = list(pool.map(lambda stored: stored.is_whole(self.folder), files))
        return [stored.file for stored, good in zip(files, whole, strict=True) if not good]

    def _refresh(self, found: DatasetJson) -> None:
        """Bring the words of a complete data set up to date, which decide nothing, and say that it is complete."""
        dataset = self.packer.dataset
        num_listed = sum(len(plan.positions) for plan in self._plans())
        self._check_refused(found.refused.num, num_listed)
        self._check_left_out(num_listed)
        fresh = replace(found, name=dataset.name, title=dataset.title, spec=plain(dataset), source=self.packer.origin.description)
        if fresh != found:
            write_dataset(self.folder, fresh)
        self._tell("complete already")

    def _shards(self, plans: Sequence[ShardPlan], journal: Journal, now: Inventory | None) -> list[Made]:
        """All shards, after making those that the journal does not know or that are damaged.

        Raises:
            SourceError: far more files than allowed were refused.
        """
        packer, made = self.packer, list[Made]()
        journal.keep([plan.file for plan in plans])
        total = sum(len(plan.positions) for plan in plans)
        what = f"prepare {packer.dataset.name}"
        progress = Progress(what, total=total, unit=f"{packer.unit}s", made=packer.made, say=self.say)
        with packer.working():
            for plan in plans:
                inputs = inputs_of(packer, plan, now)
                part = journal.load(plan.file, inputs=inputs)
                if part is None:
                    part = packer.pack(plan, path=self.folder / plan.file, progress=progress)
                    journal.store(plan.file, part, inputs=inputs)
                else:
                    progress.skip(len(plan.positions))
                made.append((plan, part))
                num_refused = sum(len(part.refused) for _, part in made)
                if num_refused > packer.dataset.max_refused * total + packer.hopeless:
                    break
        self._write_refused(made)
        self._check_refused(sum(len(part.refused) for _, part in made), total)
        return made

    def _write_refused(self, made: Sequence[Made]) -> None:
        rows = [(plan.split, file, reason) for plan, part in made for file, reason in part.refused]
        write_csv(self.folder / REFUSED, [("split", "file", "reason"), *rows])

    def _check_refused(self, num_refused: int, num_listed: int) -> None:
        share, dataset = num_refused / num_listed, self.packer.dataset
        if share > dataset.max_refused:
            raise SourceError(
                f"{num_refused} of {num_listed} {self.packer.unit}s of {dataset.name!r} ({share:.2%}) cannot be used; allowed: "
                f"{dataset.max_refused:.2%} (max_refused); the files and reasons are in {self.folder / REFUSED}; "
                "repair or delete them and run prepare again"
            )
