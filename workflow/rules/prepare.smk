# Images and videos: fetched or generated, verified, stored as shards with an index.
for name, (paper, dataset) in DATASETS.items():

    rule:
        name:
            f"prepare_{name}"
        output:
            making([f"{SCALE_FOLDER}/data/{name}"], "dataset.json"),
        log:
            f"{LOGS}/prepare/{name}.log",
        # Data that jobs with others waiting for them read come first.
        priority: prepare_priority(dataset, [job for jobs in JOBS.values() for job in jobs])
        retries: tries()
        conda:
            "../envs/repro.yaml"
        threads: prepare_threads(dataset)
        resources:
            mem_mb=growing_memory(2000),
            runtime=growing_time(),
            # Neither decides a result; Snakemake compares params and the text of the command, and not these.
            source=SOURCES[name],
            limit=LIMITS,
        params:
            paper=paper.name,
            dataset=name,
            source=SOURCE_STATES[name].state,
            spec=spec_digest(dataset),
            code=prepare_code(dataset),
        shell:
            f"{at_results('data')}{REPRO} prepare {AT_JOB} {PREPARE_ON} "
            "{resources.source} {resources.limit} --paper {params.paper} --dataset {params.dataset} --threads {threads} --log {log:q}"
