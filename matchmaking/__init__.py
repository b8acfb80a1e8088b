"""WHICH: which pairs, reviewed by whom, introduced when, told to whom; also the Django project package."""

import os

# Before numpy is loaded. Matrices are small here, and there is a process for each core: with more threads, those of
# one product wait for one another longer than the product takes (0.15 ms alone, 14 ms on a busy machine).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from .celery import app as celery_app

__all__ = ["celery_app"]
