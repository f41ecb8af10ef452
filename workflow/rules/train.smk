# Runs: a job trains some variants with some seeds in turn (starting a process takes seconds); `seeds_per_job` splits them.
for paper in PAPERS:
    for job in JOBS[paper.name]:

        rule:
            name:
                job.name
            input:
                dataset=expand(f"{SCALE_FOLDER}/data/{{name}}/dataset.json", name=job.datasets),
                needed=[run_folder(CONFIG.results, run) / "run.json" for run in job.needed],
            output:
                expand(f"{SCALE_FOLDER}/runs/{paper.name}/{{variant}}/{{seed}}/run.json", variant=job.variants, seed=job.seeds),
            log:
                f"{LOGS}/train/{paper.name}/{job.label}.seeds-{job.seeds_option}.log",
            priority: job.priority
            conda:
                "../envs/repro.yaml"
            threads: job.threads
            resources:
                mem_mb=job.mem_mb,
                gpu=gpus_per_job(CONFIG),
            params:
                paper=paper.name,
                variants=job.variants_option,
                seeds=job.seeds_option,
                spec=job.spec,
                code=code_digest(job.stage),
                how=train_options(CONFIG),
            shell:
                f"{REPRO} train {AT} {ON} "
                "--paper {params.paper} --variant {params.variants} --seeds {params.seeds} --threads {threads} "
                "--gpus {resources.gpu}{params.how} --log {log:q}"
