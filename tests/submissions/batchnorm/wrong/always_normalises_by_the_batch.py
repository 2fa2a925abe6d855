# mistake: training=False only switches the update off, the batch is still used | fails: evaluation_uses_the_running_values | misconception: eval_uses_batch
import torch


class Statistics:
    def __init__(self, batch):
        self.var, self.mean = torch.var_mean(batch, dim=0, correction=0)

    def store(self, mean, var, momentum):
        mean += momentum * (self.mean.detach() - mean)
        var += momentum * (self.var.detach() - var)


def my_batch_norm(x, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.1, training=True):
    batch = Statistics(x)
    if training:
        batch.store(running_mean, running_var, momentum)
    z = (x - batch.mean) / (batch.var + eps) ** 0.5
    return torch.addcmul(beta, gamma, z)
