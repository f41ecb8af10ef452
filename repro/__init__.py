"""A reproducibility benchmark and ablation suite for AlexNet and Sports-1M CNNs."""

__version__ = "0.1.0"
