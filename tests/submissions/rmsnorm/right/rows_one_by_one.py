# style: a generator over rows, the core group only: half precision overflows
import torch


def scaled_rows(rows, eps):
    for row in rows:
        yield row / torch.sqrt(sum(entry * entry for entry in row) / len(row) + eps)


def rms_norm(x, weight, eps=1e-6):
    rows = x.reshape(-1, x.shape[-1])
    return torch.stack(list(scaled_rows(rows, eps))).reshape(x.shape) * weight
