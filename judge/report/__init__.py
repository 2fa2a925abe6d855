"""The views of a report: pure functions of a `judge.results.Report`.

`message` words the evidence of one test and `layout` lays out a whole report as styled lines;
`terminal`, `jupyter`, `json` and `junit` show them. Nothing is imported here, so that a view costs
only what it needs itself: rich is loaded by `terminal` alone.
"""
