"""Boxes and characters to a proven report. Pure: no file of the user's, no network, no
document library; only the form's own data files are read."""
