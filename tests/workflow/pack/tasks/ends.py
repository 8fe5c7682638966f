"""Stands for the GPU task: each attempt ends as the collage's id says, `hang` or an exit code."""

import os
import sys
import time
from pathlib import Path

ends = os.environ["COLLAGE_ID"].split("_")
tries = Path(os.environ["TRIES"]) / os.environ["COLLAGE_ID"]
with tries.open("a") as file:
    file.write(f"{os.environ['ASKED_AT']} {os.environ['LIMIT_SECONDS']}\n")
end = ends[min(len(tries.read_text().splitlines()), len(ends)) - 1]
if end == "hang":
    time.sleep(600)
sys.exit(int(end))
