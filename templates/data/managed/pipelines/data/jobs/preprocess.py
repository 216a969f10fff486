"""Glue job: writes what was validated as training reads it, and a version of the data."""

import sys

from data_pipeline.arguments import job_arguments
from data_pipeline.files import Files
from data_pipeline.glue import glue_job
from data_pipeline.preprocess import deliveries_to_write, preprocess

told = job_arguments(sys.argv[1:])
with glue_job(sys.argv) as (spark, bookmark):
    contract, validated = told.read_contract(spark), told.places.folder("validated")
    touched = bookmark.touched(validated)
    files = Files(spark)
    complete = {one for one in touched if files.exists(f"{validated}/ingest={one}/_SUCCESS")}
    for ingest in deliveries_to_write(told.ingest, touched, complete):
        print(f"{ingest}: version {preprocess(spark, told.places, ingest, contract)}")
