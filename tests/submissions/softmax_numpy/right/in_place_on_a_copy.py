# style: ufuncs with out= on one copy, the axis moved to the front and back
import numpy as np


def softmax(x, axis=-1):
    p = np.moveaxis(np.array(x, copy=True), axis, 0)
    np.subtract(p, np.maximum.reduce(p), out=p)
    np.exp(p, out=p)
    np.true_divide(p, np.add.reduce(p), out=p)
    return np.moveaxis(p, 0, axis)
