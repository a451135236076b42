"""`ccu provider import`: a directory of services, in Open Referral HSDS or by a layout.

tables  the files of a directory, whatever their format, as tables of rows; their cells as text
hsds    the tables of HSDS 3 and 1.x as services; hsds.toml: the names that they have
layout  a plain CSV by a layout, and a first layout for one
run     what an import changes and writes, and its report
"""
