"""A reproducibility benchmark and ablation suite: papers' networks, their claims, and verdicts on them."""

__version__ = "0.1.0"
