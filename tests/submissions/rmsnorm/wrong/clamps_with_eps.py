# mistake: eps is the smallest value the root mean square may take, and is never added | fails: eps_is_added_to_the_mean_square | misconception: none
import math

import torch


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    rms = torch.clamp(length / math.sqrt(x.shape[-1]), min=eps)
    return weight * (x / rms)
