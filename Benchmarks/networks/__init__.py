"""The networks of ResShift in PyTorch, written for this comparison, under the parameter names of the checkpoints."""
