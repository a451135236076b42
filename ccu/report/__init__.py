"""`ccu report`: the figures of a period, each made by one .sql file of ccu/figures.

period       the days that are counted, and those they are compared with
definitions  the .sql files: their heads define a figure, `--define` prints them
parameters   the named parameters of the .sql files
figures      running the files; a `Figure` is a number with all its parts and its interval
sections     the sections in order, and what each holds
sentences    the sentences of a section
public       --public: one page of rounded figures
build        the `Report`: everything that any format prints
sealed_rows  sealed records as numbers, where the town counts them
options      what was asked for; output: where it goes, as a page or a folder of CSV files
text, html   table, plain, JSON, CSV and markdown; one page with charts
"""
