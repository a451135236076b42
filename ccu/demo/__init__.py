"""An invented town, for `ccu demo`, the README's tour and `make bench`.

  town    its streets, the many ways dispatchers type an address, and chance; town.toml: its words;
          its dispatch export: any number of calls, streamed, the same for the same seed
  story   story.txt, the households of the tour, run as ccu command lines
  build   the steps that make the file, and the screens of tour.txt; store: their SQL

Everybody and everything here is invented. People's names show it: Sample, Example, Notreal.
"""

DEFAULT_CALLS = 6000
DEFAULT_SEED = 1
