DONE = "done"
