# The workflow is in workflow/; including it would lose its default target, so that is named again.
include: "workflow/Snakefile"


rule all:
    input:
        rules.reproduce.input,
