# %% [markdown] role="statement"
# Batch norm brings each feature to mean 0 and variance 1 over the examples of a batch, then scales
# and shifts it by two learned numbers. In use there may be no batch to speak of, only one example,
# so during training it keeps running estimates of mean and variance for later.
#
# For a batch of $N$ examples and one feature, in training:
#
# $$ \mu = \frac{1}{N} \sum_n x_n, \qquad
#    \sigma^2 = \frac{1}{N} \sum_n (x_n - \mu)^2, \qquad
#    y_n = \gamma \, \frac{x_n - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta $$
#
# $$ running\_mean \leftarrow (1 - momentum) \cdot running\_mean + momentum \cdot \mu $$
#
# $$ running\_var \leftarrow (1 - momentum) \cdot running\_var + momentum \cdot \sigma^2 $$
#
# ## What to write
#
# `my_batch_norm(x, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.1, training=True)`
# returns a new tensor `y` of the shape and dtype of `x`.
#
# - `x` is float32 or float64 and has the shape `(N, D)`: N examples, D features. The others have
#   the shape `(D,)` and the dtype of `x`. `N` may be 1: then `y` is `beta` in training.
# - **With `training=True`** mean and variance are those of the batch, over axis 0. Gradients flow
#   back to `x` through both, to `gamma` and to `beta`.
# - The two running values are updated **in place**: whoever called you finds the new numbers in the
#   tensors that were passed. The update is no part of the graph: afterwards they do not require a
#   gradient, though `x` may.
# - `momentum` is the share of the **new** batch. With `momentum=1.0` the running values are those
#   of the last batch.
# - **With `training=False`** `running_mean` and `running_var` take the place of the batch's mean and
#   variance, whatever the batch, and stay as they are. Gradients flow to `x`, `gamma` and `beta`.
# - `eps` is added to the variance, inside the root, in both cases.
# - `x`, `gamma` and `beta` always stay as they are.
#
# ## N or N - 1: not as in PyTorch
#
# Two conventions are in use for `running_var`. `nn.BatchNorm1d` and `F.batch_norm` normalise by
# the variance over $N$, but store the variance over $N - 1$. **Here the variance over $N$ is used for
# both**, for the output and for `running_var`, and this is what is graded. So do not compare your
# `running_var` with that of `nn.BatchNorm1d`: it is smaller by the factor $(N - 1) / N$ in the part
# of the new batch.
#
# Write it with elementary operations. The batch norm of the library and its other normalisations
# (instance, layer and group norm) are forbidden under any name; `mean` and `var` are not.

# %% role="setup"
import torch


# %% role="task" task="batchnorm"
def my_batch_norm(
    x: torch.Tensor,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    running_mean: torch.Tensor,
    running_var: torch.Tensor,
    eps: float = 1e-5,
    momentum: float = 0.1,
    training: bool = True,
) -> torch.Tensor:
    """Each column of x normalised by its batch, or by the running values, then scaled."""
    ### BEGIN SOLUTION
    if training:
        mean = x.mean(dim=0)
        var = ((x - mean) ** 2).mean(dim=0)
        with torch.no_grad():
            running_mean.mul_(1 - momentum).add_(momentum * mean)
            running_var.mul_(1 - momentum).add_(momentum * var)
    else:
        mean, var = running_mean, running_var
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta
    ### END SOLUTION


# %% role="debug"
x = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 60.0]])
gamma, beta = torch.ones(2), torch.zeros(2)
running_mean, running_var = torch.zeros(2), torch.ones(2)
y = my_batch_norm(x, gamma, beta, running_mean, running_var)
print(y.mean(dim=0), y.var(dim=0, unbiased=False))  # 0 and 1 for each column
print(running_mean, running_var)  # 0.2 and 3.0, then 0.9667 and 47.5667
print(my_batch_norm(x[:1], gamma, beta, running_mean, running_var, training=False))
