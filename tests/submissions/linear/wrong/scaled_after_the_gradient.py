# mistake: the weight is scaled after requires_grad was set, so that the optimiser never sees it | fails: output_is_right_with_any_bias | misconception: none
import torch


class SimpleLinear:
    def __init__(self, in_features, out_features):
        self.weight = torch.randn(out_features, in_features, requires_grad=True) / in_features**0.5
        self.bias = torch.zeros(out_features, requires_grad=True)

    def forward(self, x):
        return torch.einsum("...i,oi->...o", x, self.weight) + self.bias
