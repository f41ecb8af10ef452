# Runs: a job trains some variants with some seeds in turn (starting a process takes seconds); `seeds_per_job` splits them.
for paper in PAPERS:
    for job in train_jobs(paper, CONFIG):

        rule:
            name:
                job.name
            input:
                dataset=f"{SCALE_FOLDER}/data/{paper.scale(CONFIG.scale).dataset.name}/dataset.json",
            output:
                expand(f"{SCALE_FOLDER}/runs/{paper.name}/{{variant}}/{{seed}}/run.json", variant=job.variants, seed=job.seeds),
            log:
                f"{LOGS}/train/{paper.name}/{job.label}.seeds-{job.seeds_option}.log",
            priority: job.priority
            conda:
                "../envs/repro.yaml"
            threads: 1
            resources:
                mem_mb=job.mem_mb,
                gpu=gpus_per_job(CONFIG),
            params:
                paper=paper.name,
                variants=job.variants_option,
                seeds=job.seeds_option,
                spec=job.spec,
                code=code_digest(stage_of("train", paper.scale(CONFIG.scale).dataset)),
            shell:
                f"{REPRO} train {AT} {ON} "
                "--paper {params.paper} --variant {params.variants} --seeds {params.seeds} --threads {threads} --log {log:q}"
