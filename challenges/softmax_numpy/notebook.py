# %% [markdown] role="statement"
# The softmax turns scores into weights: positive numbers that sum to one. A larger score gets a
# larger weight, and a score that is larger by 1 gets $e$ times the weight.
#
# $$ p_i = \frac{e^{x_i}}{\sum_j e^{x_j}} $$
#
# It stands at the end of every classifier and in the middle of every attention layer. Here you
# write it in NumPy, so that it also survives scores for which the formula, typed in as it is,
# gives NaN.
#
# ## What to write
#
# `softmax(x, axis=-1)` returns a new array of the shape of `x`, with the weights along `axis`:
#
# - `x` is float32 or float64 and has one axis or more. `axis` is one of them, counted from the
#   front (0, 1, ...) or from the back (-1, -2, ...).
# - Each slice along `axis` is a softmax of its own. With `axis=-1` and a matrix, that is each row.
# - The result has the dtype of `x`, and `x` itself stays as it is.
# - An entry of `x` may be `-inf`: its weight is 0. At least one entry of each slice is finite.

# %% [markdown] role="statement"
# ## Why the formula breaks, and what mends it
#
# The largest float64 is about $1.8 \cdot 10^{308}$, so `np.exp(x)` is `inf` from about $x = 710$
# on (in float32 from about 89 on). One such score is enough: `inf / inf` is NaN. With very
# negative scores it is the other way round. From about $x = -745$ on all exponentials are 0, and
# `0 / 0` is NaN as well.
#
# But the weights depend only on *differences* of scores. For any number $c$
#
# $$ \frac{e^{x_i - c}}{\sum_j e^{x_j - c}}
#    = \frac{e^{-c} \, e^{x_i}}{e^{-c} \sum_j e^{x_j}}
#    = \frac{e^{x_i}}{\sum_j e^{x_j}} = p_i $$
#
# so we may choose $c$. With $c = \max_j x_j$, the largest score becomes 0:
#
# - no exponent is positive, so nothing overflows;
# - one exponential is $e^0 = 1$, so the sum is at least 1 and the division is safe;
# - whatever underflows to 0 would have had a weight too small to be stored anyway.
#
# Each slice needs its own maximum. If a row near 0 is shifted by the maximum of another row near
# 100000, all of its exponentials underflow.

# %% role="setup"
import numpy as np


# %% role="task" task="softmax"
def softmax(x, axis=-1):
    """The weights of the scores x along axis, in the shape and dtype of x."""
    ### BEGIN SOLUTION
    shifted = x - x.max(axis=axis, keepdims=True)
    weights = np.exp(shifted)
    return weights / weights.sum(axis=axis, keepdims=True)
    ### END SOLUTION


# %% role="debug"
scores = np.array([[0.0, 1.0, 2.0], [1000.0, 1001.0, 1002.0]])
print(softmax(scores))  # both rows: 0.0900 0.2447 0.6652
print(softmax(scores, axis=0))  # each column: 0 and 1
