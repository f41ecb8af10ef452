# What a user can ask for besides everything: the report, or one table of a paper.
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
                runs_of([paper], table=table.name),
