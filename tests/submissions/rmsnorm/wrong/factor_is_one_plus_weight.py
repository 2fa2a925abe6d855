# mistake: the weight is taken for the factor less one, as some models store it | fails: output_is_right_for_two_to_four_axes | misconception: one_plus_weight
import torch


class RMSNorm:
    def __init__(self, weight, eps):
        self.weight, self.eps = weight, eps

    def __call__(self, x):
        h = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        h = h * torch.rsqrt(h.square().mean(-1, keepdim=True).add(self.eps))
        return (h * (1.0 + self.weight.to(h.dtype))).to(x.dtype)


def rms_norm(x, weight, eps=1e-6):
    return RMSNorm(weight, eps)(x)
