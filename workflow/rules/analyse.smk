# Numbers, verdicts and pages, made from the files of the runs.
rule collect:
    input:
        runs_of(PAPERS),
    output:
        f"{SCALE_FOLDER}/runs.csv",
    log:
        f"{LOGS}/collect.log",
    conda:
        "../envs/repro.yaml"
    resources:
        mem_mb=1000,
    params:
        papers=PAPER_NAMES,
        seeds=SEEDS_OPTION,
        spec=measured_digest(PAPERS),
        code=code_digest("collect"),
    shell:
        f"{REPRO} collect {AT} " "--papers {params.papers} {params.seeds} --log {log:q}"


rule judge:
    input:
        f"{SCALE_FOLDER}/runs.csv",
    output:
        f"{SCALE_FOLDER}/claims.json",
    log:
        f"{LOGS}/judge.log",
    conda:
        "../envs/repro.yaml"
    resources:
        mem_mb=1000,
    params:
        papers=PAPER_NAMES,
        spec=claims_digest(PAPERS),
        code=code_digest("judge"),
    shell:
        f"{REPRO} judge {AT} " "--papers {params.papers} --log {log:q}"


rule calibrate:
    input:
        f"{SCALE_FOLDER}/claims.json",
        f"{SCALE_FOLDER}/runs.csv",
    output:
        f"{SCALE_FOLDER}/calibration.json",
    log:
        f"{LOGS}/calibrate.log",
    conda:
        "../envs/repro.yaml"
    resources:
        mem_mb=1000,
    params:
        papers=PAPER_NAMES,
        spec=claims_digest(PAPERS),
        code=code_digest("calibrate"),
    shell:
        f"{REPRO} calibrate {AT} " "--papers {params.papers} --log {log:q}"


rule render:
    input:
        f"{SCALE_FOLDER}/calibration.json",
        f"{SCALE_FOLDER}/claims.json",
        f"{SCALE_FOLDER}/runs.csv",
    output:
        INDEX,
        CALIBRATION,
        PAGES,
    log:
        f"{LOGS}/render.log",
    conda:
        "../envs/repro.yaml"
    resources:
        mem_mb=1000,
    params:
        papers=PAPER_NAMES,
        spec=claims_digest(PAPERS),
        templates=templates_digest(),
        code=code_digest("render"),
    shell:
        f"{REPRO} render {AT} {INTO} " "--papers {params.papers} --log {log:q}"
