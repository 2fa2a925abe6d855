# mistake: component i is paired with i + D/2, as in Llama, instead of 2i with 2i + 1 | fails: queries_are_turned_by_their_angles | misconception: half_split_pairs
import torch


def rotate_half(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def apply_rope(q, k):
    def rotated(x):
        length, width = x.shape[-2:]
        inv_freq = 1.0 / 10000 ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
        freqs = torch.outer(torch.arange(length, dtype=torch.float64), inv_freq)
        emb = torch.cat((freqs, freqs), dim=-1)
        cos, sin = emb.cos().to(x.dtype), emb.sin().to(x.dtype)
        return x * cos + rotate_half(x) * sin

    return rotated(q), rotated(k)
