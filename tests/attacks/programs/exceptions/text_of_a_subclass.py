# attack: It raises an exception whose text is a str with a hostile slice.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN text_of_a_subclass` to stdout as the function begins
import os

class Text(str):
    def __getitem__(self, key):
        return Text("again")
    def encode(self, *args):
        os._exit(0)
    def __iter__(self):
        return iter(["\ud800"])

class Odd(Exception):
    def __str__(self):
        return Text("mine")

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN text_of_a_subclass\n")
    raise Odd
