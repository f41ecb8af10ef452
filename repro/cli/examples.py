"""Command lines to begin with, as `python -m repro COMMAND --help` shows them; a test parses each."""

from __future__ import annotations

#: By command, lines as they are typed after `python -m repro`.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "list": ("list", "list alexnet", "list karpathy --claims", "list vgg --catalogue examples/vgg_depth.py"),
    "show": ("show small/alexnet/full/0",),
    "diff": (
        "diff small/alexnet/full/0 small/alexnet/no_lrn/0",
        "diff results other/results --page diff.html",
    ),
    "plan": ("plan --scale small", "plan --scale paper --gpus 4 --gpu-tflops 15 --hours 200"),
    "prepare": (
        "prepare --papers alexnet --scale smoke",
        "prepare --papers alexnet --scale folders --source photos --threads 4",
    ),
    "train": (
        "train --papers alexnet --scale smoke --variant full --seeds 0-1",
        "train --papers alexnet --scale smoke --variant no_lrn,pool_2x2 --seeds 0,3 --device cpu",
    ),
    "collect": ("collect --scale smoke", "collect --scale smoke --papers alexnet karpathy --num-seeds 5"),
    "judge": ("judge --scale smoke",),
    "decide": ("decide --scale small --looks 3,5,10 --hours 2",),
    "tune": ("tune --papers alexnet --scale cifar10 --dry-run", "tune --papers alexnet --scale cifar10 --hours 3"),
    "render": ("render --scale smoke",),
    "report": ("report --scale smoke", "report --scale small --results other/results --reports other/reports"),
    "follow": ("follow --scale small", "follow --scale paper --results /shared/results --pages"),
    "site": ("site results/published", "site results/small results/published --out site"),
    "sizes": ("sizes results/cifar10",),
    "speed": ("speed speed.json",),
    "calibrate": ("calibrate --replications 500", "calibrate --scale small"),
    "ledger": ("ledger --scale small",),
    "verify": ("verify", "verify results/published", "verify results --rerun 3"),
    "publish": (
        "publish results/smoke --out published",
        "publish results/folders --out published --name gestures",
        'publish --take-out gestures/folders --why "made again with all seeds" --out published',
    ),
    "export": (
        "export small/alexnet/full/0 --to alexnet-small",
        "export small/data/procedural --to data-card",
        "export small/table/alexnet_ablations --to figures",
    ),
    "challenge": ('challenge A.S3.3.lrn.top1 --scale smoke --num-seeds 3 --beacon "a text nobody knew before"',),
    "bring": (
        "bring other/results --scale small",
        "bring other/results --scale small --runs alexnet/full/3,alexnet/no_lrn/3",
        "bring results/published/gestures --scale folders",
    ),
    "doctor": ("doctor", "doctor --json"),
    "workflow": (
        "workflow --cores all reproduce --config scale=smoke",
        "workflow --workflow-profile slurm alexnet_ablations --config scale=paper images=DIR device=cuda",
    ),
    "completion": (
        "completion bash > ~/.local/share/bash-completion/completions/repro",
        "completion fish > ~/.config/fish/completions/repro.fish",
    ),
}


def examples_of(name: str) -> str:
    """What the help of a command shows below its options."""
    lines = EXAMPLES.get(name, ())
    return "\n".join([f"example{'s' * (len(lines) > 1)}:", *(f"  python -m repro {line}" for line in lines)]) if lines else ""
