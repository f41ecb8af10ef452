# Images and videos: fetched or generated, verified, stored as shards with an index.
for name, paper in DATASETS.items():

    rule:
        name:
            f"prepare_{name}"
        output:
            f"{SCALE_FOLDER}/data/{name}/dataset.json",
        log:
            f"{LOGS}/prepare/{name}.log",
        conda:
            "../envs/repro.yaml"
        threads: 4
        resources:
            mem_mb=2000,
        params:
            paper=paper.name,
            source=spec_digest(source_identity(paper.scale(CONFIG.scale).dataset, CONFIG)),
            spec=spec_digest(paper.scale(CONFIG.scale).dataset),
            code=code_digest(stage_of("prepare", paper.scale(CONFIG.scale).dataset)),
        shell:
            f"{REPRO} prepare {AT} {ON} {literal(SOURCES[name])} " "--paper {params.paper} --threads {threads} --log {log:q}"
