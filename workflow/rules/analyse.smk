# Numbers, verdicts and pages, made from the files of the runs.
# With until=decided one job adds seeds where they are needed, with tuned=true one tries rates of the arms' own, each with all
# threads; runs.csv is then theirs.
rule collect:
    input:
        runs_of(PAPERS),
    output:
        here(COUNTED),
        [] if CONFIG.until or CONFIG.tuned else here(f"{SCALE_FOLDER}/runs.csv"),
    log:
        f"{LOGS}/collect.log",
    localrule: True
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


if CONFIG.until:

    rule decide:
        input:
            runs_of(PAPERS),
            here(COUNTED),
        output:
            here(f"{SCALE_FOLDER}/runs.csv"),
            here(f"{SCALE_FOLDER}/claims.json"),
        log:
            f"{LOGS}/decide.log",
        retries: tries()
        conda:
            "../envs/repro.yaml"
        threads: num_usable()
        resources:
            mem_mb=growing_memory(2000),
            runtime=growing_time(),
            gpu=gpus_per_job(CONFIG),
        params:
            papers=PAPER_NAMES,
            looks=",".join(map(str, CONFIG.looks)),
            hours="" if CONFIG.hours is None else f"--hours {CONFIG.hours:g}",
            spec=[measured_digest(PAPERS), claims_digest(PAPERS)],
            code=[code_digest("collect"), code_digest("judge")],
        shell:
            f"{REPRO} decide {AT} {ON} "
            "--papers {params.papers} --looks {params.looks} {params.hours} --threads {threads} --log {log:q}"
            f"{TUNING}"

elif CONFIG.tuned:

    rule tune:
        input:
            runs_of(PAPERS),
            here(COUNTED),
        output:
            here(f"{SCALE_FOLDER}/runs.csv"),
            here(f"{SCALE_FOLDER}/claims.json"),
        log:
            f"{LOGS}/tune.log",
        retries: tries()
        conda:
            "../envs/repro.yaml"
        threads: num_usable()
        resources:
            mem_mb=growing_memory(2000),
            runtime=growing_time(),
            gpu=gpus_per_job(CONFIG),
        params:
            papers=PAPER_NAMES,
            hours="" if CONFIG.hours is None else f"--hours {CONFIG.hours:g}",
            spec=[measured_digest(PAPERS), claims_digest(PAPERS)],
            code=[code_digest("collect"), code_digest("judge")],
        shell:
            f"{REPRO} tune {AT} {ON} " "--papers {params.papers} {params.hours} --threads {threads} --log {log:q}"

else:

    rule judge:
        input:
            here(f"{SCALE_FOLDER}/runs.csv"),
            here(COUNTED),
        output:
            here(f"{SCALE_FOLDER}/claims.json"),
        log:
            f"{LOGS}/judge.log",
        localrule: True
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
        here(f"{SCALE_FOLDER}/claims.json"),
        here(f"{SCALE_FOLDER}/runs.csv"),
    output:
        here(f"{SCALE_FOLDER}/calibration.json"),
    log:
        f"{LOGS}/calibrate.log",
    localrule: True
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
        here(f"{SCALE_FOLDER}/calibration.json"),
        here(f"{SCALE_FOLDER}/claims.json"),
        here(f"{SCALE_FOLDER}/runs.csv"),
    output:
        [shown(page) for page in (INDEX, CALIBRATION, *PAGES)],
        here(RUNS),
    log:
        f"{LOGS}/render.log",
    localrule: True
    conda:
        "../envs/repro.yaml"
    threads: num_usable()
    resources:
        mem_mb=1000,
    params:
        papers=PAPER_NAMES,
        spec=claims_digest(PAPERS),
        templates=templates_digest(),
        code=code_digest("render"),
    shell:
        f"{REPRO} render {AT} {INTO} " "--papers {params.papers} --threads {threads} --log {log:q}"
