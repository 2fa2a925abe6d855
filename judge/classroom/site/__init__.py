"""The results of a class as a folder of pages: an overview, and a page for each submission.

Each page stands by itself: no other file, no network, nothing that works only from a server. Texts
of submissions are hostile, so all of them pass `judge.report.clean`, no address is made of them,
and the pages forbid themselves everything but their own styles and the overview's one script.
"""
