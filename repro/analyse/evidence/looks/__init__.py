"""Looks: at how many seeds a claim may be judged, declared beforehand, and what an interval of each look must cover."""
