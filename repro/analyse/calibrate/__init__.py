"""Simulated tables of errors, judged by the project's own functions: how often intervals and verdicts are right."""
