"""What is typed on a command line, as values: run ids, lists of seeds and variants, a device."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from repro.catalogue.known import Catalogue
from repro.spec.experiment import make_run
from repro.spec.names import nearest
from repro.spec.run import Run
from repro.system.processors import num_usable
from repro.system.spelling import PlaceError, spelled

DEVICES = ("auto", "cpu", "cuda")
#: Environment variables by which numeric libraries learn how many threads they may start.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
#: The path that stands for standard input.
STANDARD_INPUT = Path("-")
#: Of a variant, as in the schema of the workflow's configuration.
MOST_SEEDS = 1000
#: Number formats of training.
PRECISIONS = ("float32", "tf32", "bfloat16")


class UsageError(ValueError):
    """A command line that cannot be carried out as typed."""


def parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds that `0-2`, `0,1,5` or a mixture of both names, each once and in that order."""
    seeds: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part.strip(), re.ASCII)
        few = range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)
        seeds = [*seeds, *few] if few else [-1, -1]
    if len(set(seeds)) != len(seeds):
        raise argparse.ArgumentTypeError(
            f"got {text!r}; allowed: a range such as 0-2, or a list such as 0,1,5, each seed once, from 0 to 9999"
        )
    return tuple(seeds)


def parse_num_seeds(text: str) -> int:
    """The number of seeds that `text` writes, as many as the workflow's key allows."""
    if not re.fullmatch(r"\d{1,4}", text.strip(), re.ASCII) or not 1 <= int(text) <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a whole number from 1 to {MOST_SEEDS}")
    return int(text)


def parse_num_gpus(text: str) -> int:
    """The number of GPUs that `text` writes, 0 or more."""
    if not re.fullmatch(r"\d{1,3}", text.strip(), re.ASCII):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a whole number from 0 to 999")
    return int(text)


def parse_share(text: str) -> float:
    """The share in [0, 1] that `text` writes."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a share from 0 to 1, such as 0.05")
    return share


def parse_variants(text: str) -> tuple[str, ...]:
    """The variants that `text`, a name or several joined by commas, lists."""
    names = tuple(text.split(","))
    if not all(names) or len(set(names)) != len(names):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a name, or several joined by commas, each once")
    return names


def parse_place(text: str) -> Path:
    """The folder or file that `text` names, in its one spelling."""
    try:
        return Path(spelled(text))
    except PlaceError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def parse_folder_name(text: str) -> str:
    """A name of one folder, which is no path.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: letters, digits, '.', '_' and '-', such as gestures-2026")
    return text


def parse_input(text: str) -> Path:
    """The file that `text` names, in its one spelling; `-`, standard input, as it is."""
    return STANDARD_INPUT if text == str(STANDARD_INPUT) else parse_place(text)


def parse_device(text: str) -> str:
    """One of DEVICES."""
    if text not in DEVICES:
        close = nearest(text, DEVICES)
        guess = f"; did you mean {close!r}?" if close else ";"
        raise argparse.ArgumentTypeError(f"got {text!r}{guess} allowed: {', '.join(DEVICES)}")
    return text


def parse_papers(text: str) -> tuple[str, ...]:
    """The names of papers that `text`, a name or several joined by commas, lists."""
    return tuple(name for name in text.split(",") if name)


class Papers(argparse.Action):
    """The papers of all words of an option, each a name or several joined by commas."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        names = tuple(dict.fromkeys(name for word in values for name in word))
        if not names:
            parser.error(f"argument {option_string}: names no paper; allowed: names, with blanks or commas between them")
        setattr(namespace, self.dest, names)


class LineParser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, with the nearest word that is right."""

    typed: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but remember what was typed."""
        self.typed = sys.argv[1:] if args is None else list(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        text = self._with_guess(" ".join(message.split()))
        self.exit(2, f"repro: error: {text}; see {self.prog} --help\n")

    def _with_guess(self, message: str) -> str:
        unknown = message.removeprefix("unrecognized arguments: ") if message.startswith("unrecognized") else ""
        words = [word.partition("=")[0] for word in unknown.split() if word.startswith("--")]
        options = [option for action in self._typed_actions() for option in action.option_strings if option.startswith("--")]
        close = nearest(words[0], options) if words else None
        if close:
            return f"{message}; did you mean {close}?"
        found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)$", message)
        if found:
            names = re.findall(r"[\w-]+", found[2])
            close = nearest(found[1], names)
            guess = f"; did you mean {close!r}?" if close else ";"
            return f"{message[: found.start()]}got {found[1]!r}{guess} allowed: {', '.join(names)}"
        number = re.search(r"invalid (int|float) value: (.*)$", message)
        if number:
            kind = "a whole number" if number[1] == "int" else "a number"
            return f"{message[: number.start()]}got {number[2]}; allowed: {kind}"
        return message

    def _typed_actions(self) -> Iterator[argparse.Action]:
        """The options of this parser and of the command that was typed."""
        yield from self._actions
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name in (word for word in self.typed if word in action.choices):
                    yield from action.choices[name]._actions


def parse_run(run_id: str, known: Catalogue) -> Run:
    """The run that `scale/paper/variant/seed` names.

    Raises:
        UsageError: the text has another form.
        UnknownName: no such paper, scale or variant.
    """
    parts = run_id.split("/")
    if len(parts) != 4 or not parts[3].isdecimal():
        first = known.papers[0]
        example = f"{first.scales[0].name}/{first.name}/{first.variants[0].name}/0"
        raise UsageError(f"got run {run_id!r}; allowed: scale/paper/variant/seed, such as {example} (python -m repro list)")
    scale, paper, variant, seed = parts
    return make_run(known.paper(paper), scale=scale, variant=variant, seed=int(seed))


def chosen_device(name: str) -> str:
    """`cpu` or `cuda`; `auto` is `cuda` where torch sees a GPU.

    Raises:
        UsageError: cuda is asked for and torch sees no GPU.
    """
    if name == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if name == "cuda":
        raise UsageError(
            f"--device cuda, but torch {torch.__version__} sees no GPU; use --device cpu, or install a CUDA build of torch"
        )
    return "cpu"


def limit_threads(num_threads: int) -> int:
    """Tell numeric libraries, before they are imported, how many threads they may start: no more than there are processors."""
    if num_threads < 1:
        raise UsageError(f"--threads {num_threads}; allowed: 1 and above")
    usable = min(num_threads, num_usable())
    for name in THREAD_VARIABLES:
        os.environ[name] = str(usable)
    return usable
