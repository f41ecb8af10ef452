"""All verdicts once more, by a program that shares nothing with the one under test."""
