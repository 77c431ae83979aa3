"""The types of studies, one per module: see `supplyrisk.studies.base.Study` for what a type has to give."""
