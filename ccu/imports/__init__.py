"""Lists from other systems: dispatch exports and rosters of clients."""
