"""Kind `text`: one line or record is one sequence, for language modelling; or several that tell the same thing."""

from .base import Kind, Record, any_texts


class Text(Kind):
    name = "text"
    help = ('unlabelled text: {"text"} records (.jsonl, .csv, .tsv) or plain lines (.txt); a labelled file works too; {"texts": '
            "[...]} is one example of several sequences, such as spellings of one molecule")
    accepts_plain_text = True
    keeps_empty_texts = False

    def parse(self, fields: dict, where: str) -> Record:
        sequences = any_texts(fields, where)
        if len(sequences) == 1:
            return Record(((" ".join(part for part in sequences[0] if part is not None), None),))
        if sequences[0][1] is None:
            return Record(tuple(sequences))
        return Record(((" ".join([sequences[0][0], *(choice for _, choice in sequences)]), None),))
