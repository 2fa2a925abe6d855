# mistake: queries come in blocks, keys do not: the softmax has whole rows before it | fails: the_whole_scores_are_never_made | misconception: none
import torch
import torch.nn.functional as F


def flash_attention(Q, K, V, block_size=32):
    outs = []
    for q in torch.split(Q, block_size, dim=1):
        weights = F.softmax(q @ K.transpose(1, 2) / Q.shape[-1] ** 0.5, dim=-1)
        outs.append(weights @ V)
    return torch.cat(outs, dim=1)
