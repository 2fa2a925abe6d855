# mistake: the numbers take a way through a Python list, where autograd loses them | fails: gradients_pass_where_x_is_positive | misconception: gradient_cut
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
