# Runs: one job a variant, its seeds in turn (importing torch takes two seconds); `seeds_per_job` splits them.
for paper in PAPERS:
    for job in train_jobs(paper, CONFIG):

        rule:
            name:
                job.name
            input:
                dataset=f"{SCALE_FOLDER}/data/{paper.scale(CONFIG.scale).dataset.name}/dataset.json",
            output:
                expand(f"{SCALE_FOLDER}/runs/{paper.name}/{{{{variant}}}}/{{seed}}/run.json", seed=job.seeds),
            log:
                f"{LOGS}/train/{paper.name}/{{variant}}.seeds-{job.seeds_option}.log",
            wildcard_constraints:
                variant="|".join(planned_variants(paper, scale=CONFIG.scale)),
            priority: job.priority
            conda:
                "../envs/repro.yaml"
            threads: 1
            resources:
                mem_mb=job.mem_mb,
                gpu=gpus_per_job(CONFIG),
            params:
                paper=paper.name,
                seeds=job.seeds_option,
                spec=job.spec,
                code=code_digest("train"),
            shell:
                f"{REPRO} train {AT} {ON} "
                "--paper {params.paper} --variant {wildcards.variant} --seeds {params.seeds} --threads {threads} --log {log:q}"
