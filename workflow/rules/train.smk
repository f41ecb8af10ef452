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
            # A job that reaches its time limit, or makes room for another, goes on from its checkpoint when it is tried again.
            retries: tries(job)
            conda:
                "../envs/repro.yaml"
            threads: job.threads
            resources:
                mem_mb=growing_memory(job.mem_mb),
                runtime=growing_time(job),
                # What computes on no GPU asks for none, which it would leave idle.
                gpu=gpus_of(job.stage, CONFIG),
            params:
                paper=paper.name,
                variants=job.variants_option,
                seeds=job.seeds_option,
                spec=job.spec,
                code=code_digest(job.stage),
                how=train_options(CONFIG),
            shell:
                f"{REPRO} train {AT} --device {device_of(job.stage, CONFIG)} "
                "--paper {params.paper} --variant {params.variants} --seeds {params.seeds} --threads {threads} "
                "--gpus {resources.gpu}{params.how} --log {log:q}"
