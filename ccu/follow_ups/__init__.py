"""What `ccu follow-up` is made of.

due        when something is due, as people type it
questions  what `follow-up done` asks at a terminal
page       one follow-up with its attempts
"""
