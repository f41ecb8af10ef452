# Runs: a job trains some variants with some seeds in turn (starting a process takes seconds); `seeds_per_job` splits them.
for paper in PAPERS:
    for job in JOBS[paper.name]:

        rule:
            name:
                job.name
            input:
                dataset=whole(expand(f"{SCALE_FOLDER}/data/{{name}}", name=job.datasets), "dataset.json"),
                needed=whole([run_folder(CONFIG.results, run) for run in job.needed], "run.json"),
            output:
                making(run_folders(job, paper), "run.json"),
                told=[f"{SCALE_FOLDER}/told/{job.name}.jsonl"] * APART,
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
                f"{at_results('runs')}{REPRO} train {AT_JOB} --device {device_of(job.stage, CONFIG)} "
                "--paper {params.paper} --variant {params.variants} --seeds {params.seeds} --threads {threads} "
                "--gpus {resources.gpu}{params.how} --log {log:q}"
                f"{TELLING}"

        if APART:

            # Runs that were made elsewhere, with what the ledger of there says of them, come into the results here.
            rule:
                name:
                    f"bring_{job.name}"
                input:
                    runs=run_folders(job, paper),
                    ledger=f"{SCALE_FOLDER}/told/{job.name}.jsonl",
                output:
                    here(within(run_folders(job, paper), "run.json")),
                log:
                    f"{LOGS}/bring/{paper.name}/{job.label}.seeds-{job.seeds_option}.log",
                localrule: True
                conda:
                    "../envs/repro.yaml"
                resources:
                    mem_mb=1000,
                params:
                    at=results_that_came,
                    runs=[f"{paper.name}/{variant}/{seed}" for variant in job.variants for seed in job.seeds],
                shell:
                    f"{REPRO} bring {{params.at:q}} --scale {CONFIG.scale} --results {literal(quote(CONFIG.results))} "
                    "--runs {params.runs} --ledger {input.ledger:q} --log {log:q}"
