"""`ccu report`: the figures of a period, each made by one .sql file of ccu/figures.

period       the days that are counted, and those they are compared with
definitions  the .sql files: their heads say what a figure is, `--define` prints them
figures      running the files; a `Figure` is a number with all its parts
intervals    Wilson's for a share, the delta method for a ratio
sections     which sections there are, in order, and what each holds
says         the sentences of a section
public       --public: one page of rounded figures
build        the `Report`: everything that any format prints
text, files  table, plain, JSON, CSV and markdown; a folder of CSV files
"""
