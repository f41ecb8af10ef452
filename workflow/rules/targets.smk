# What a user can ask for besides everything: the report, or one table of a paper, for which its own variants alone are trained.
rule report:
    input:
        INDEX,
    localrule: True


for paper in PAPERS:
    for table in paper.tables:

        rule:
            name:
                table.name
            input:
                runs_of([paper], table=table.name),
            log:
                f"{LOGS}/report/{table.name}.log",
            localrule: True
            conda:
                "../envs/repro.yaml"
            resources:
                mem_mb=1000,
            params:
                papers=PAPER_NAMES,
                seeds=SEEDS_OPTION,
            shell:
                f"{REPRO} report {AT} {INTO} " "--papers {params.papers} {params.seeds} --log {log:q}"
