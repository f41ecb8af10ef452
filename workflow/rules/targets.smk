# What a user can ask for: everything, one table of a paper, or the report.
rule reproduce:
    default_target: True
    input:
        INDEX,
        PAGES,


rule report:
    input:
        INDEX,


for paper in PAPERS:
    for table in paper.tables:

        rule:
            name:
                table.name
            input:
                multiext(f"{REPORT_FOLDER}/{paper.name}/{table.name}", ".html", ".csv", ".md", ".tex"),
