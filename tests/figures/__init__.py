"""The figures of `ccu report` calculated a second time, in plain Python over the file's rows."""
