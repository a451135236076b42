"""`ccu provider import`: a directory of services, in Open Referral HSDS or by a layout.

tables   the files of a directory, whatever their format, as tables of rows
text     cells as a directory writes them: HTML, NULL, telephone numbers, ages
hsds     the tables of HSDS 3 and 1.x as services
layout   a plain CSV by a layout
suggest  a first layout for a plain CSV
run      what an import changes, and its report
store    what is known of a directory, and what is written
"""
