"""Studies: questions that take many scenarios to answer, each computed on the same draws.

A study file names a scenario (or worlds) and says what is varied. Its type (`types/`, one file each) turns it into
cells: variants of a scenario. The lab computes every cell on the same seed and runs, equal ones once; the type then
reads the outcomes and answers. What is common to all types (reading of the file, cells, draws, store, tables, workbook,
page) stands beside `types/`.
"""
