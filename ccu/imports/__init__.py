"""Lists from other systems: the importer core, and the importers over it.

  layout       a TOML file that tells how a file is read; `Layout` is what every layout has
  source       the file: its bytes, encoding and lines
  rows         its rows and cells; a broken row costs only itself
  identifiers  columns that are refused: FBI, state and social security numbers
  suggest      a first layout, by the importer's hints.toml
  store        the import on record, with the counts of its rows; the file of those not taken
  options      the options of an import command

An importer adds its fields to the layout, reads rows to its records, and writes them in one
transaction: dispatch/ (exports of calls), roster/ (an office's clients and their workers) and
directory/ (services that help).
"""
