"""Records as a padded batch."""


class Batch:
    """`inputs`: of all sequences of all records; `counts`: sequences of each record."""

    def __init__(self, task, records: list[dict]):
        encoded = [task.encode(record) for record in records]
        sequences = [sequence for one in encoded for sequence in one]
        self.records = records
        self.counts = [len(one) for one in encoded]
        fields = ("input_ids", "token_type_ids", "attention_mask")
        self.inputs = task.tokenizer.pad({field: [s[field] for s in sequences] for field in fields}, return_tensors="pt")
        self.sequences = sequences
