# %% [markdown] role="statement"
# A batch that does not fit in memory is cut into micro-batches. Their gradients add up, since
# `backward()` adds to the gradients that are there, and one step is taken at the end: the
# parameters move as if the whole batch had been seen at once, and only one micro-batch at a time
# needs memory.
#
# ## What to write
#
# `accumulated_step(model, optimizer, loss_fn, micro_batches)` takes one training step and returns
# the loss.
#
# - `micro_batches` is a list of pairs `(x, y)` with at least one pair. The loss of one of them is
#   `loss_fn(model(x), y)`, the prediction first: a tensor without axes, the mean over its samples.
# - `optimizer.zero_grad()` is called once before the first backward, as there may be gradients left
#   from before, and not again before the step.
# - The loss of each micro-batch is divided by the number of micro-batches. Its backward comes
#   before the next micro-batch goes through the model, so that there is never more than one graph
#   in memory.
# - `optimizer.step()` is called once, after the last backward. The optimiser may have a state of
#   its own, such as momentum.
# - The return value is a Python `float`: the mean of the losses of the micro-batches.
#
# The list and its tensors stay as they are.
#
# ## Micro-batches of unequal size
#
# When all are of one size, the mean over micro-batches is the mean over the full batch. When they
# are not, there are two readings: every *micro-batch* counts alike, or every *sample* does, which
# needs weights in proportion to the sizes. Graded is the first: divide by `len(micro_batches)`
# whatever the sizes. With unequal sizes the step is then not that of the full batch.

# %% role="setup"
import torch
from torch import nn


# %% role="task" task="gradient_accumulation"
def accumulated_step(model, optimizer, loss_fn, micro_batches) -> float:
    """One step of the optimiser on the mean loss of the micro-batches; that loss."""
    ### BEGIN SOLUTION
    count = len(micro_batches)
    total = 0.0
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / count
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total
    ### END SOLUTION


# %% role="debug"
torch.manual_seed(0)
x, y = torch.randn(6, 3), torch.randn(6, 1)
for parts in (1, 3):  # the full batch at once, and in three parts: the same loss and weight
    model = nn.Linear(3, 1)
    nn.init.ones_(model.weight)
    nn.init.zeros_(model.bias)
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    pairs = list(zip(x.chunk(parts), y.chunk(parts), strict=True))
    print(accumulated_step(model, sgd, nn.functional.mse_loss, pairs), model.weight.data)
