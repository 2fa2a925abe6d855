# attack: It raises an exception with rich markup in it.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN rich_markup` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN rich_markup\n")
    raise ValueError("[bold green]PASSED[/bold green] [link=http://example.org]here[/link] [/]")
