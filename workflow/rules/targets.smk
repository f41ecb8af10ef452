# What a user can ask for besides everything: the report, or one table of a paper, for which its own variants alone are trained.
rule report:
    input:
        here(INDEX),
    localrule: True


# One site over this scale's results and those that are published with a clone: reports/index.html.
rule site:
    input:
        here(f"{SCALE_FOLDER}/claims.json"),
        here(f"{SCALE_FOLDER}/runs.csv"),
        here(f"{SCALE_FOLDER}/calibration.json"),
    output:
        here(f"{Path(CONFIG.reports).as_posix()}/index.html"),
    log:
        f"{LOGS}/site.log",
    localrule: APART
    conda:
        "../envs/repro.yaml"
    threads: num_usable()
    resources:
        mem_mb=1500,
    params:
        templates=templates_digest(),
        code=code_digest("render"),
        options=literal(catalogue_options(CONFIG)),
        published=PUBLISHED,
    shell:
        f"{REPRO} site{{params.options}} {literal(quote(SCALE_FOLDER))} {{params.published}} "
        f"--out {literal(quote(CONFIG.reports))} > {{log:q}} 2>&1"


# The effects that papers show at several sizes: of this scale, or of a size of it, their own variants alone.
rule sizes:
    input:
        here(
            [
                run_folder(CONFIG.results, run.id) / "run.json"
                for paper in PAPERS
                for run in runs_of_sizes(paper, planned([paper]), num_seeds=CONFIG.seeds)
            ]
        ),
    log:
        f"{LOGS}/report/sizes.log",
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
