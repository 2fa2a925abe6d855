"""The report where people read it: JupyterLab, a frame of its own, a terminal."""
