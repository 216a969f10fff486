"""Glue job: holds one delivery against its contract. The report says what was found."""

import sys

from data_pipeline.arguments import job_arguments
from data_pipeline.glue import glue_job
from data_pipeline.validate import validate

told = job_arguments(sys.argv[1:])
with glue_job(sys.argv) as (spark, _):
    contract = told.read_contract(spark)
    report = validate(spark, told.places, told.ingest, contract, told.format, told.subject)
    print(report.to_json())
