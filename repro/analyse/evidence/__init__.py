"""From runs.csv to estimates, intervals, gates and the decision rule."""
