"""How fast the product is, beside what else could do the work: `make bench`, or `python -m benchmarks`.

One module a suite; `registry.py` says what a suite is, and adding one is a decorated function in a module that
`suites.py` names. `growth.py` fills a scratch database with synthetic documents around the demo's; `report.py` and
`plot.py` write docs/benchmarks/. No part of the product imports anything from here.
"""
