"""A reproducibility benchmark and ablation suite: papers' networks, their claims, and verdicts on them."""

__version__ = "0.2.0"
