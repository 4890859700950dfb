"""Full text in Chinese: our own index of neighbouring characters, the same on both databases."""
