"""A town that does not exist, for `ccu demo`, the README's tour and `make bench`.

  town   its streets and buildings, and the many ways dispatchers type them
  export its dispatch export: any number of calls, streamed, the same for the same seed
  story  the handful of households the tour is about, as officers would have logged them
  loop   what became of them: providers, referrals, tries, hand-overs
  care   telling that, and the calls back to everybody else
  build  the steps that make the file; a later command adds a step
  tour   which screens are shown, with a sentence before each

Everybody and everything here is invented. Names of people say so: Sample, Example, Notreal.
"""

DEFAULT_CALLS = 600
DEFAULT_SEED = 1
