"""What becomes of a notification: match → mute → dedupe → silence → quiet → merge → send; pure, time is an argument.

routes.py says which route fits, reaching.py on which ways somebody hears it, steps.py (with silences.py and quiet.py)
what ends it or holds it, a function each, deciding.py what goes together and when. rule_set.py reads a town's routes.
"""
