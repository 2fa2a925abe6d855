# style: position after position, each turned once more than the one before, by einsum
import torch


def apply_rope(q, k):
    def turn(x):
        d = x.shape[-1]
        a = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
        rows = []
        for p, row in enumerate(x.unbind(-2)):
            c, s = torch.cos(p * a), torch.sin(p * a)
            R = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2).to(x.dtype)
            rows.append(torch.einsum("iuv,...iv->...iu", R, row.unflatten(-1, (-1, 2))).flatten(-2))
        return torch.stack(rows, -2)

    return turn(q), turn(k)
