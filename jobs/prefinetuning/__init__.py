"""Parts of recipes/muppet*.py: members, their data, and the studies of what pre-finetuning on them is worth."""
