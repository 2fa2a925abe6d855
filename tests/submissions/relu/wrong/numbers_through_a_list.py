# mistake: the numbers take a way through a Python list, where autograd loses them | fails: ? | misconception: ?
import torch


def relu(x):
    numbers = x.flatten().tolist()
    kept = []
    for number in numbers:
        if number < 0:
            kept.append(0.0)
        else:
            kept.append(number)
    return torch.tensor(kept, dtype=x.dtype).reshape(x.shape)
