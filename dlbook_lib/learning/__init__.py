"""What learning from data means: the model, its loss, the split, and how to tell that it learned."""
