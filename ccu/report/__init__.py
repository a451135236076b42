"""`ccu report`: the figures of a period, each made by one .sql file of ccu/figures.

options      what was asked for; period: the days counted, and those they are compared with
definitions  the sections in order; the .sql files, whose heads define a figure
figures      running the files; a `Figure` is a number with all its parts and its interval
build        the `Report`: everything that any format prints
sentences    the sentences of a section
public       --public: one page of rounded figures
saved_store  --save and --diff
store        sealed records as numbers, where the town counts them
page         the one page; text: the tables of a section, JSON and CSV; files: HTML and XLSX
output       where it goes: a terminal, a file, or a folder of CSV files
"""
