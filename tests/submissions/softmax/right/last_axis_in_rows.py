# style: the axis is moved to the end and every slice becomes a row; a class as a helper
import torch


class Rows:
    def __init__(self, x):
        self.rows = x.reshape(-1, x.shape[-1])

    def weights(self):
        powers = []
        for row in self.rows:
            powers.append((row - row.max().item()).exp())
        return torch.stack([p / p.sum() for p in powers])


def my_softmax(x, dim=-1):
    moved = torch.movedim(x, dim, -1)
    return torch.movedim(Rows(moved).weights().view(moved.shape), -1, dim)
