"""Infrastructure links: machines, what they say, twins of things, names that resolve."""
