# %% [markdown] role="statement"
# # A softmax to be attacked
#
# `scaled_softmax(x, scale)` is the softmax of `scale * x` over the last axis.

# %% role="setup"
import numpy as np

# %% role="task" task="forward"
def scaled_softmax(x, scale):
    """The softmax of scale * x over the last axis; scale > 0."""
    ### BEGIN SOLUTION
    y = x - x.max(axis=-1, keepdims=True)
    y *= scale
    np.exp(y, out=y)
    y /= y.sum(axis=-1, keepdims=True)
    return y
    ### END SOLUTION


# %% role="task" task="backward"
def scaled_softmax_gradient(dy, x, scale):
    """The gradient of sum(dy * scaled_softmax(x, scale)) by x."""
    ### BEGIN SOLUTION
    y = scaled_softmax(x, scale)
    return scale * y * (dy - (dy * y).sum(axis=-1, keepdims=True))
    ### END SOLUTION
